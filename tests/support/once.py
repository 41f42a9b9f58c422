"""What all workers of a session share, made by the first that asks for it."""

import fcntl
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder of a session, under which each worker has its own."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Any]) -> Any:
    """What `make` gives as JSON, called in one worker alone, with a place in the session's folder that nobody else has.

    Whoever comes while it is made waits; what lies at the place is read, never written to.
    """
    place = shared_folder(factory) / name
    kept = place.with_name(f"{name}.json")
    with place.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            shutil.rmtree(place, ignore_errors=True)  # what an attempt that failed left
            kept.write_text(json.dumps(make(place)), encoding="utf-8")
    return json.loads(kept.read_text("utf-8"))
