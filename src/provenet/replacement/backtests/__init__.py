"""What the model would have said of programmes whose end is known, from what was known before."""
