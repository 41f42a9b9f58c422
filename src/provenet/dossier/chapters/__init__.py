"""The twelve pages that answer: one file a chapter, in the order of their names."""
