"""Drawings of a dossier as SVG: a canvas, and one module for each kind of picture."""
