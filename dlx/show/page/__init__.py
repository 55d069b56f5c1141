"""One self-contained page in HTML that shows a run, or the results of many."""

from dlx.show.page.collection import CollectionMaterial, many_page
from dlx.show.page.material import Material
from dlx.show.page.page import is_ours, page

__all__ = ["CollectionMaterial", "Material", "is_ours", "many_page", "page"]
