"""One self-contained page in HTML that shows a run, or the results of many."""

from dlx.show.page.collection import CollectionMaterial as CollectionMaterial
from dlx.show.page.folds import folds_page as folds_page
from dlx.show.page.material import Material as Material
from dlx.show.page.overview import overview_page as overview_page
from dlx.show.page.page import is_ours as is_ours
from dlx.show.page.page import page as page
from dlx.show.page.search import search_page as search_page
from dlx.show.page.study import study_page as study_page
