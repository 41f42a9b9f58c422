"""Bills of materials: CycloneDX."""
