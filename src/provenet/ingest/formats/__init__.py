"""The formats that `add` reads: each module here declares some as `FORMATS`, and the registry finds it."""
