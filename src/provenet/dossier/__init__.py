"""The dossier: one template and one query a section, over stored rows alone."""
