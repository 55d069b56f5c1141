"""The address of the lab, and who may ask there: this machine alone, by a token that no other page knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from hmac import compare_digest
from secrets import token_urlsafe

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")  # by which a browser on this machine may have come here


@dataclass(frozen=True)
class Address:
    """Where the lab is served. A request is answered if host, origin and token are those of this address.

    The host keeps out names of other machines that have been made to lead here, the origin pages of other servers, the
    token other users of this machine.
    """

    port: int
    token: str = field(default_factory=lambda: token_urlsafe(24), repr=False)

    @property
    def url(self) -> str:
        """What the browser opens."""
        return f"http://{HOST}:{self.port}/{self.token}/"

    def has_host(self, host: str) -> bool:
        """Whether this is what the header ``Host`` says of a request that was meant for here."""
        return host in {f"{name}:{self.port}" for name in NAMES}

    def has_origin(self, origin: str | None, host: str) -> bool:
        """Whether a page that this server has served asks; None where the header ``Origin`` is missing."""
        return origin is not None and self.has_host(host) and origin == f"http://{host}"

    def has_token(self, token: str) -> bool:
        """Whether it is the token, in a time that tells nothing of it."""
        return compare_digest(token.encode(), self.token.encode())
