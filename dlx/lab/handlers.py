"""The handlers of requests: the page's own files, the runs as JSON, and the socket by which a page works."""

from __future__ import annotations

from importlib.resources import files

from tornado.web import Application, HTTPError

from dlx.lab.guarded import Guarded, json_text
from dlx.lab.hub import Hub
from dlx.lab.lessons import lesson, names
from dlx.lab.page_socket import PageSocket
from dlx.lab.page_texts import page_in

SCRIPT = "text/javascript; charset=utf-8"
SCRIPTS = (
    "main.js", "connection.js", "elements.js", "scales.js", "controls.js", "spec.js", "transport.js", "picture.js",
    "curves.js", "verdict.js", "runs.js", "lesson.js", "network.js",
    "check.js", "searches.js",
    "images.js", "texts.js",
)  # fmt: skip
PAGE = "lab.html"
# Every file that is served, by the name in its address; no other is opened.
FILES = {
    "": (PAGE, "text/html; charset=utf-8"),
    "lab.css": ("lab.css", "text/css; charset=utf-8"),
    "favicon.svg": ("favicon.svg", "image/svg+xml"),
    **{name: (name, SCRIPT) for name in SCRIPTS},
}
LARGEST_MESSAGE = 2**20  # bytes that a page may send at once


def application(hub: Hub) -> Application:
    """Everything that is served, each request first looked at by `Address`."""
    token, shared = r"/(?P<token>[A-Za-z0-9_-]+)", {"hub": hub}
    routes = [
        (rf"{token}/socket", PageSocket, shared),
        (rf"{token}/lessons", _Lessons, shared),
        (rf"{token}/runs/(?P<name>list|compared|verdict|search)", _Runs, shared),
        (rf"{token}/(?P<name>[a-z_.]*)", _File, shared),
    ]
    return Application(
        routes,
        default_handler_class=_Missing,
        default_handler_args=shared,
        websocket_max_message_size=LARGEST_MESSAGE,
        log_function=lambda handler: None,
    )


class _Missing(Guarded):
    """Where there is nothing."""

    def prepare(self) -> None:
        raise HTTPError(404)


class _File(Guarded):
    """One of the page's own files."""

    def get(self, token: str, name: str) -> None:
        if name not in FILES:
            raise HTTPError(404)
        file, kind = FILES[name]
        self.set_header("Content-Type", kind)
        is_page = file == PAGE
        self.finish(page_in(self.language) if is_page else files("dlx.lab").joinpath("page", file).read_bytes())


class _Runs(Guarded):
    """The table of runs, of chosen runs the curves, the differences of their specs or the verdict, or a search."""

    async def get(self, token: str, name: str) -> None:
        runs, chosen = self.hub.runs, self.get_query_arguments("run")
        if name == "list":
            document = await self.call(runs.document)
        elif name == "search":
            document = await self.call(runs.searches.detail, "".join(chosen[:1]))
        else:
            document = await self.call(runs.compared if name == "compared" else runs.verdict, chosen)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json_text(document))


class _Lessons(Guarded):
    """All lessons in the order of the notes, each with its texts."""

    def get(self, token: str) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        documents = [{"name": name, **lesson(name)} for name in names()]
        self.finish(json_text(sorted(documents, key=lambda document: document["notes"]["page"])))
