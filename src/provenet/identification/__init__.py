"""Whose router is that: evidence fused to calibrated probabilities, shares with honest intervals, and what to measure
next.
"""
