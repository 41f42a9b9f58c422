"""The verb `new`: makes an empty case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from provenet.case.case import Case
from provenet.verbs.answers import (
    Made,
)

if TYPE_CHECKING:
    pass


def new(path: Path | str, title: str = "") -> Made:
    """Makes an empty case in a folder that does not exist yet. Raises UsageFault where something stands there."""
    made = Case.new(path, title)
    return Made(made.path, made.title)
