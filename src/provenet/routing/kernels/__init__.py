"""Arrays in, arrays out: policy routing."""
