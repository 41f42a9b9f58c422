"""Which offers tip which buyer: mechanisms, equilibria, awards."""
