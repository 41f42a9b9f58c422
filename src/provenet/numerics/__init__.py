"""What the engines share: compiled kernels, linear programs, their outcome."""
