"""Kernels: NumPy arrays in, NumPy arrays out. No table, path, name or log is known here."""
