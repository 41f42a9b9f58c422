"""Words: errors, ids, units, days, digests, countries."""
