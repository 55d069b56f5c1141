"""The page: all sections of a run in one document that needs nothing beside itself."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from dlx import __version__
from dlx.language import ENGLISH, translated
from dlx.show.page.classes import classes
from dlx.show.page.curves import curves
from dlx.show.page.elements import Child, Element, element
from dlx.show.page.heading import heading
from dlx.show.page.language import in_language
from dlx.show.page.material import Material
from dlx.show.page.metrics import metrics
from dlx.show.page.origin import environment, spec
from dlx.show.page.pictures import boundary, path, worst
from dlx.show.page.signal import signal
from dlx.show.page.tried import learning_curve, remedies
from dlx.show.page.verdict import verdict
from dlx.show.page.words import foot, moment

DOCTYPE = "<!DOCTYPE html>\n"
STYLE, SCRIPT = (Path(__file__).with_name(name) for name in ("page.css", "page.js"))
RESULTS = (curves, verdict, remedies, learning_curve, metrics, classes, boundary, path, worst, signal)
SECTIONS = (*RESULTS, spec, environment)
SAID_BY_SCRIPT = ("${plots[1 - which].dataset.scale} scale", "Rows with ", "of ${rows.length}")


def page(material: Material) -> str:
    """The HTML of a run's page."""
    sections = [section for make in SECTIONS if (section := make(material)) is not None]
    end = foot("To repeat it, bit for bit on the same kind of machine:", material.repeat)
    title = ", ".join(filter(None, [material.name, moment(material.facts.get("started"))]))
    return document(title, heading(material), sections, end)


def document(title: str, head: Element, sections: list[Element], end: Element) -> str:
    """Some sections as a whole page in the language of the reader, with links to each of them."""
    content = element("main", head, _links(sections), sections)
    script = _script()
    body = element("body", content, end, element("script", script))
    html = element("html", _head(title, script), body, lang=ENGLISH)
    return f"{DOCTYPE}{in_language(html)}\n"


def is_ours(content: bytes) -> bool:
    """Whether a file is a page that was made here."""
    return content.startswith(DOCTYPE.encode()) and b'name="generator" content="dlx ' in content[:2000]


def _head(title: str, script: str) -> Element:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(script)),
        element("title", f"{title} – dlx"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"dlx {__version__}"),
        element("style", STYLE.read_text(encoding="utf-8")),
    )


def _script() -> str:
    script = SCRIPT.read_text(encoding="utf-8")
    for text in SAID_BY_SCRIPT:
        script = script.replace(text, translated(text))
    return script


def _policy(script: str) -> str:
    """Nothing is fetched, and no script runs but that of the page, whatever a name in it may look like."""
    digest = b64encode(sha256(script.encode()).digest()).decode()
    sources = {"default": "'none'", "img": "data:", "style": "'unsafe-inline'", "script": f"'sha256-{digest}'"}
    fetched = [f"{kind}-src {source}" for kind, source in sources.items()]
    return "; ".join([*fetched, "base-uri 'none'", "form-action 'none'"])


def _links(sections: list[Element]) -> Element:
    links = [element("a", _title(section), href=f"#{dict(section.attributes)['id']}") for section in sections]
    return element("nav", links, aria_label="sections")


def _title(section: Element) -> list[Child]:
    heading = section.children[0]
    assert isinstance(heading, Element)
    return list(heading.children)
