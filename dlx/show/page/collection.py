"""What the pages of many trainings share: the top with name and time, links to the runs, pictures and the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from dlx.show.page.elements import Content, Element, element, name_of, scrolled
from dlx.show.page.images import is_wide, source_of
from dlx.show.page.words import moment, section
from dlx.words import Status

SHORT = 8  # characters of a key that tell one training from others

Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class CollectionMaterial:
    """What the page of many trainings tells beside their document; what is empty is left out.

    plan: the file that it was made from, as YAML.
    pictures: by their names, as PNG.
    repeat: the command that does it again.
    started: when the first of them was, as ``run.json`` has it.
    runs: of each training by its key, where a link to it leads.
    metrics: of each training by its key, the columns of ``metrics.csv``.
    """

    plan: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    repeat: str = ""
    started: str = ""
    runs: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, Columns] = field(default_factory=dict)


def title_of(name: str, material: CollectionMaterial) -> str:
    """The title of the page: name and time."""
    return ", ".join(filter(None, [name, moment(material.started)]))


def top(
    name: str,
    what: str,
    status: Status,
    material: CollectionMaterial,
    content: Sequence[Content],
    tiles: Sequence[Element],
    badges: Content = None,
) -> Element:
    """The top of the page: the name, what it is and since when, whether it is complete, and the tiles."""
    kind = "low" if status == Status.COMPLETED else "unsettled"
    since = moment(material.started)
    return element(
        "header",
        element("h1", name_of(name)),
        element("p", ", ".join(filter(None, [what, since and f"begun {since}"])), class_="note"),
        element("p", element("span", status.replace("_", " "), class_=f"badge {kind}"), badges, class_="verdict"),
        content,
        element("dl", tiles, class_="tiles"),
    )


def runs_of(keys: Sequence[str], material: CollectionMaterial) -> Element:
    """A cell with a link to each of some trainings, by its key or, of several, its number."""
    texts = [keys[0][:SHORT]] if len(keys) == 1 else [str(number) for number in range(1, len(keys) + 1)]
    links = [(" ", link_of(key, text, material)) for key, text in zip(keys, texts, strict=True)]
    return element("td", links, class_="runs")


def link_of(key: str, text: str, material: CollectionMaterial) -> Element:
    """A link to a training, its key to be pointed at; where its run directory is gone, the text alone."""
    return element("a" if key in material.runs else "span", text, href=material.runs.get(key), title=key)


def pictures_section(pictures: Mapping[str, bytes], folded: bool = False) -> Element | None:
    """The section of the pictures; ``folded`` where the page itself shows what they show."""
    if not pictures:
        return None
    figures = element("div", list(_figures(pictures)), class_="pictures")
    content = element("details", element("summary", f"{len(pictures)} pictures"), figures) if folded else figures
    return section("pictures", "Pictures", content)


def _figures(pictures: Mapping[str, bytes]) -> Iterator[Element]:
    for name, png in pictures.items():
        words = name.replace("_", " ") if "." not in name else name
        image = element("img", src=source_of(png), alt=words, class_="card")
        yield element("figure", image, element("figcaption", words), class_="wide" if is_wide(png) else None)


def plan_section(plan: str) -> Element | None:
    """The section with the complete plan; None where it is gone."""
    if not plan:
        return None
    code = scrolled(element("pre", element("code", plan.rstrip("\n"))), "plan")
    return section("plan", "Plan", element("details", element("summary", "The complete plan (plan.yaml)"), code))
