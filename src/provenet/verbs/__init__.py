"""The verbs: one module each, the only place where rooms meet."""
