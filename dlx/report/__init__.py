"""One self-contained page in HTML that shows all that is known of a run, or what came of many."""

from dlx.report.many import ManyMaterial, many_page
from dlx.report.material import Material
from dlx.report.page import is_ours, page

__all__ = ["ManyMaterial", "Material", "is_ours", "many_page", "page"]
