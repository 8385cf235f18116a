"""How the review editor is served."""

from __future__ import annotations

import msgspec

from speechkit.review.accounts import IDLE

OIDC_LOGIN = 600  # seconds that a person has for logging in at an OpenID provider
LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")


class OidcOptions(msgspec.Struct, frozen=True, kw_only=True):
    """An OpenID provider. `claim`: what of its token names an account here."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str = "preferred_username"

    def __repr__(self) -> str:
        return f"OidcOptions({self.issuer!r}, {self.client_id!r})"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`https`: the browser reaches the review editor over TLS, directly or through a proxy, so cookies are
    sent over nothing else. `hosts`: names under which it may be asked for; others are refused,
    which stops DNS rebinding. Rates are requests; logins count failed ones.
    """

    https: bool = False
    hosts: tuple[str, ...] = LOOPBACK
    public: tuple[str, ...] = ()  # of the hosts: names that browsers reach over TLS
    site: str = ""  # tells apart the cookies of several editors on one machine
    passwords: bool = True  # False: people log in at the OpenID provider only
    requests_per_second: float = 60.0
    burst: int = 240
    failed_logins: int = 5
    failed_logins_window: float = 15 * 60.0  # seconds
    logins_per_second: float = 1.0  # at the OpenID provider, begun from one address
    logins_at_once: int = 60
    most_bytes: int = 1 << 20  # of a request's body
    oidc: OidcOptions | None = None
    idle: float = IDLE  # seconds without anybody touching the page after which it is logged out

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix makes browsers enforce what it promises."""
        name = f"speechkit-{self.site}" if self.site else "speechkit"
        return f"__Host-{name}" if self.https else name
