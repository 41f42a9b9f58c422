"""The checks, one module per kind; `model/check.py` lists and runs them."""
