"""The sections of the dossier, in the order of their names."""
