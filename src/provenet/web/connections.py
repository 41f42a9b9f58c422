"""Connections as a server keeps them: so many at once, and each so long without the whole head of a request."""

import resource
from typing import Any

MOST_CONNECTIONS = 256
"""Connections that are open at once, as far as the system allows so many files and more."""
HEAD_SECONDS = 10.0
"""How long the head of a request may take to come."""
_SAYS = b"Too many connections are open; close a page.\n"
FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-type: text/plain\r\n"
    b"content-length: %d\r\n\r\n%s" % (len(_SAYS), _SAYS)
)


def most_connections() -> int:
    """How many connections may be open, so that files are left for the case."""
    return min(MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)


def patient_protocol(*, seconds: float = HEAD_SECONDS, most: int | None = None) -> Any:
    """uvicorn's protocol with limits of connections and of time for a head, of which it has none of its own."""
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    limit = most_connections() if most is None else most
    base: Any = AutoHTTPProtocol

    class Patient(base):  # type: ignore[misc]
        """One connection."""

        patience: Any = None

        def connection_made(self, transport: Any) -> None:
            """Takes a connection, or answers at once that there are too many."""
            if len(self.connections) >= limit:
                transport.write(FULL)
                transport.close()
                return
            super().connection_made(transport)
            self._wait()

        def data_received(self, data: bytes) -> None:
            """Takes what came. From a whole head on until its answer is complete, other limits count."""
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._cease()
            else:
                self._wait()

        def connection_lost(self, exc: Exception | None) -> None:
            """Forgets the connection."""
            self._cease()
            if self.transport is not None:
                super().connection_lost(exc)

        def _wait(self) -> None:
            if self.patience is None:
                self.patience = self.loop.call_later(seconds, self.transport.abort)

        def _cease(self) -> None:
            if self.patience is not None:
                self.patience.cancel()
                self.patience = None

    return Patient
