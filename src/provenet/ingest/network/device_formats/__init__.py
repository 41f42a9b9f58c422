"""One module for each format of inventories, each with `DEVICE_FORMATS`; `device_files.py` finds them."""
