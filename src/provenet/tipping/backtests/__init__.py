"""Aid of past programmes beside what happened."""
