"""The small case that is planned by hand."""

from support.plan_case import packs, small, small_made

__all__ = ["packs", "small", "small_made"]
