"""The small case that is planned by hand."""

from support.plan_case import few_tries, packs, small, small_made

__all__ = ["few_tries", "packs", "small", "small_made"]
