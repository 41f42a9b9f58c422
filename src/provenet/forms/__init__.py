"""Documents from outside that are no table of a case: schedules, plans with their certificates, allocations."""
