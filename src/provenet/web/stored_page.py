"""A stored dossier inside the app: its body, with links that stay in the app."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from provenet.core.digest import sha256_bytes
from provenet.web.page import NotFound, Visit

_BODY = re.compile(r"<body>(.*)</body>", re.DOTALL)
_ROW = re.compile(r'href="[^"]*" data-row="([^"]+)"')
_WIDTH = re.compile(r' style="width:([0-9.]+%)"')
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def stored_page(visit: Visit, row: Mapping[str, Any]) -> Markup:
    """The body of a dossier's page, as the run wrote it; each figure leads to where it comes from.

    Raises NotFound where the file is not what the run wrote, or is not for this reader.
    """
    for name in visit.reading.outputs():
        data = visit.reading.output(name) or b""
        if sha256_bytes(data) == row["html_id"]:
            break
    else:
        raise NotFound("The page of this dossier is no longer in the folder `outputs`; run: provenet brief CASE")
    found = _BODY.search(data.decode("utf-8"))
    assert found is not None

    def linked(place: re.Match[str]) -> str:
        to = visit.link("/figure/{figure}", figure=unescape(place[1]))
        return f'href="{escape(to)}" data-row="{place[1]}"'

    return Markup(_WIDTH.sub(r' width="\1"', _ROW.sub(linked, found[1])))


def style_of(page: bytes) -> str:
    """The style sheet that stands in a stored page."""
    found = _STYLE.search(page.decode("utf-8"))
    return found[1] if found else ""
