"""Arrays in, arrays out: greedy choice of measurements."""
