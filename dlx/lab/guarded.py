"""The guard of requests: who may ask, what an answer carries so that no other page can use it, and its text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tornado.web import HTTPError, RequestHandler

from dlx.lab.hub import Hub
from dlx.lab.page_texts import language_of
from dlx.language import speaking
from dlx.plain_data import plain

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Guarded(RequestHandler):
    """Answers only requests that the address lets pass, in a way that no other page can make use of."""

    SUPPORTED_METHODS = ("GET",)

    def initialize(self, hub: Hub) -> None:
        self.hub = hub

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def prepare(self) -> None:
        address, host = self.hub.address, self.request.host
        origin = self.request.headers.get("Origin")
        if not address.has_host(host) or (origin is not None and not address.has_origin(origin, host)):
            raise HTTPError(403)
        if not address.has_token(self.path_kwargs.get("token", "")):
            raise HTTPError(404)
        self.hub.strangers.pop(getattr(self.request.connection, "stream", None), None)

    @property
    def language(self) -> str:
        """What the reader of the page reads."""
        return language_of(self.get_query_argument("lang", ""), self.request.headers.get("Accept-Language", ""))

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """The result of what takes a while, with texts in that language."""
        with speaking(self.language):
            return await self.hub.call(function, *arguments)

    def write_error(self, status_code: int, **details: Any) -> None:
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}\n")


def json_text(document: object) -> str:
    return json.dumps(plain(document), separators=(",", ":"), ensure_ascii=False)
