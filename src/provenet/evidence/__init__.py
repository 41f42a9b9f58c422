"""Claims, parties and inventories of a case to the facts that rules test, and the verdicts."""
