"""One self-contained page in HTML that shows all that is known of a run, or what came of many."""

from dlx.report.many import ManyMaterial, many_page
from dlx.report.material import Material
from dlx.report.page import page

__all__ = ["ManyMaterial", "Material", "many_page", "page"]
