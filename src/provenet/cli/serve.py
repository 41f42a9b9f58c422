"""The command `serve`: the web app over a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.core.packages import require
from provenet.web.settings import ServeSettings

if TYPE_CHECKING:
    from provenet.web.access import Access


@command(ServeSettings)
def serve(case: str, settings: ServeSettings, as_json: bool) -> None:
    """Show CASE in a browser on this machine.

    Nothing is loaded from elsewhere. The address that is printed begins a session, once; with --public anybody on this
    machine may read what public pages show.
    """

    from provenet.web.serving import serve as serve_case

    def announce(address: str, access: Access) -> None:
        first = address if access.public else f"{address}?token={access.token}"
        if as_json:
            say_json({"address": first, **({} if access.public else {"key": access.key})})
        else:
            say(_lines(first, access))
        if settings.open:
            import webbrowser

            webbrowser.open(first)

    require("web")

    serve_case(case, settings, announce)


def _lines(first: str, access: Access) -> list[str]:
    lines = [f"Open {first}", "Stop with Ctrl-C."]
    if not access.public:
        lines.insert(1, f"Programs send this header: Authorization: Bearer {access.key}")
    return lines
