"""What sensitive traffic crosses, whether it can be avoided, and who would have to move."""
