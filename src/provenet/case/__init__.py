"""A case on disk: its tables, runs, lineage, checks, parties and money. The single writer."""
