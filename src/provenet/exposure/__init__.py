"""What sensitive routes of a case cross."""
