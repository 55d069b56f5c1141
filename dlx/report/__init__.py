"""One self-contained page in HTML that shows all that is known of a run."""

from dlx.report.material import Material
from dlx.report.page import page

__all__ = ["Material", "page"]
