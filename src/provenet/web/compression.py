"""Replies as gzip, where nothing that they hold is a secret.

The length of a compressed reply tells whether words of the question stand in it a second time (BREACH). So what is
compressed holds no secret at all: the pages for strangers, which have neither session nor form, and the files of
`static/`, which are the same for everybody. A page for whoever holds the case carries the text of its session and rows
that are not public; it goes out as it is, over the loopback interface, where its length costs nothing.
"""

from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

SMALLEST = 1024
"""Bytes below which a reply goes out as it is."""
LEVEL = 5
PACKED = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/pdf",
    "application/vnd.apache.parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
"""Media types that are compressed already, or that come line by line."""


class Compressor:
    """ASGI: compresses the replies of an app that hold no secret, for clients that take gzip.

    Parameters
    ----------
    app : the app.
    public : whether its readers are strangers, so that every reply may be compressed; else only those of `/static/`.
    """

    def __init__(self, app: ASGIApp, *, public: bool) -> None:
        self._app, self._public = app, public
        self._packing = GZipMiddleware(app, SMALLEST, LEVEL, exclude_content_types=PACKED)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        may = scope["type"] == "http" and (self._public or scope["path"].startswith("/static/"))
        await (self._packing if may and _takes_gzip(scope) else self._app)(scope, receive, send)


def _takes_gzip(scope: Scope) -> bool:
    """Whether a client takes gzip: it names it, and not with the weight 0."""
    accepted = ",".join(value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-encoding")
    weights = dict(_weight(part) for part in accepted.lower().split(","))
    return weights.get("gzip", 0.0) > 0


def _weight(part: str) -> tuple[str, float]:
    name, _, rest = part.partition(";")
    try:
        return name.strip(), float(rest.strip().removeprefix("q=")) if rest.strip() else 1.0
    except ValueError:
        return name.strip(), 0.0
