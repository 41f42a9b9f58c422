"""What the mechanisms would have said of programmes whose end is known, from what was known before."""
