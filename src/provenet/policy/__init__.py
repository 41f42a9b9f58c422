"""The rule engine: packs, conditions, verdicts of a set of facts. It knows no claim and no case."""
