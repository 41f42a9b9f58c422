"""Listens on this machine and answers with the app, with limits of connections and of time for a head."""

from __future__ import annotations

import ctypes
import errno
import gc
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread, current_thread, main_thread
from time import sleep
from typing import TYPE_CHECKING, Any

from provenet.case.case import Case
from provenet.case.standing import refuse_stale
from provenet.core.errors import ProvenetError, UsageFault
from provenet.tools.internet import OpenInternet, open_internet
from provenet.web.page import Html, Visit, pages
from provenet.web.reading import Readings
from provenet.web.settings import ServeSettings

if TYPE_CHECKING:
    from provenet.web.access import Access


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


LOOPBACK = "127.0.0.1"
PAUSE_SECONDS = 3
"""How long after the start a server reads ahead for figures: the first pages come before."""
ARENA_MAX, ARENAS = -8, 2
"""The parameter M_ARENA_MAX of glibc's mallopt, and its value for a server."""
GRACE_SECONDS = 2
"""How long a server that stops waits for answers that are still under way."""


def serve(case: str, settings: ServeSettings, announce: Callable[[str, Access], None]) -> None:
    """Serves a case until it is stopped. `announce` is told the address before the first answer.

    Raises CaseFault where the folder is no case, StaleInput where strangers would read stale figures, UsageFault where
    the port is taken or a file is not there, InputFault for a graph that cannot be read.
    """
    # What is read while the server opens stays: looking through it for garbage takes a sixth of the start.
    gc.disable()
    _share_arenas()
    import uvicorn

    from provenet.web.access import Access, local_hosts
    from provenet.web.app import create_app
    from provenet.web.serving import patient_protocol

    Case.open(case)
    readings = Readings(Path(case), public=settings.public)
    if settings.public:
        refuse_stale(readings.newest().stale, "serve --public")
    internet = _internet(settings)
    listening = _listening(settings.port)
    port = listening.getsockname()[1]
    access = Access(local_hosts(port), settings.public)
    app = create_app(Path(case), access, internet, readings=readings)
    Thread(target=_warm, args=(readings, internet), daemon=True).start()
    announce(f"http://{LOOPBACK}:{port}/", access)
    # No access log: it would hold who looked for whom.
    # Who follows a job keeps a connection open: it is not waited for.
    config = uvicorn.Config(
        app,
        http=patient_protocol(),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=most_connections() // 4,
    )
    server = uvicorn.Server(config)
    if current_thread() is main_thread():
        # uvicorn ends in order and then sends itself the signal again, which would end it before its files are gone.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    server.run(sockets=[listening])


def _share_arenas() -> None:
    """Lets the threads that answer share two pools of memory, where the C library is glibc.

    Each of forty threads would else keep what its largest page took, which looks like growth for many minutes.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def _warm(readings: Readings, internet: OpenInternet | None = None, *, pause_seconds: float = PAUSE_SECONDS) -> None:
    """Makes the first page ahead of whoever asks for it, and a little later what other first questions need."""
    from provenet.core.language import ENGLISH
    from provenet.web.app import address
    from provenet.web.chrome import rendered

    # Of a case that is damaged whoever asks is told.
    with suppress(ProvenetError):
        try:
            first = pages()[0].routes[0]
            question = first.question() if first.question else None
            visit = Visit(reading=readings.newest(), link=address, tongue=ENGLISH, question=question)
            reply = first.answer(visit)
            if isinstance(reply, Html):
                rendered(reply, visit)
        finally:
            gc.freeze()
            gc.enable()
    sleep(pause_seconds)
    import_module("provenet.web.upload").sweep()
    import_module("provenet.web.api")
    with suppress(ProvenetError):
        readings.warm()
    if internet is not None:
        internet.warm()


def _internet(settings: ServeSettings) -> OpenInternet | None:
    """The graph for the page Internet, opened before anybody asks."""
    if settings.graph is None:
        if settings.names is not None or settings.tags:
            raise UsageFault("serve: --names and --tags go with --graph.")
        return None
    if settings.public:
        raise UsageFault("serve: --graph does not go with --public: no public page speaks of single networks.")

    return open_internet(settings.graph, settings.names, settings.tags)


def _listening(port: int) -> socket.socket:
    """A socket on this machine alone."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((LOOPBACK, port))
        found.listen(128)
    except OSError as err:
        found.close()
        if err.errno == errno.EACCES:
            raise UsageFault(f"--port: {port} is for the system alone; take one from 1024 on.") from err
        raise UsageFault(
            f"--port: {port} is taken by another program; stop it, or take another, such as --port 0 for a free one."
        ) from err
    return found
