"""The replacement plan of a case: lots, prices, limits, and the plan in words."""
