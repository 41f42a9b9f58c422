"""Packages beside the base installation that a tool needs."""

from __future__ import annotations

from provenet.core.errors import UsageFault


def require_packages(who_needs: str, *packages: str, extra: str = "internet") -> None:
    """Raises UsageFault, with how to install it, where a package of an extra is missing.

    `who_needs` begins the sentence: `Measured paths need`.
    """
    try:
        for package in packages:
            __import__(package)
    except ImportError as err:
        text = f"{who_needs} the package {err.name}, which is not installed."
        raise UsageFault(f"{text} Run: pip install 'provenet[{extra}]'") from err
