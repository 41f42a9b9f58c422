"""Arrays in, arrays out: awards."""
