"""Catalogues of the first page in other languages, as gettext reads them; `write_catalogues.py` compiles them."""
