"""How much rests on whom, as intervals."""
