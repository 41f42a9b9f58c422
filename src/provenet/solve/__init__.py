"""Optimisers: the only place that knows one."""
