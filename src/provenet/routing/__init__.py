"""Routes over an AS graph: the ladder, cuts, influence."""
