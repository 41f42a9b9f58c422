"""The digest of the record of routes that ships, for the inputs of the runs that take it."""

from functools import lru_cache
from importlib import resources

from provenet.core.digest import sha256_bytes

RECORD = "record"
"""How a run names it among its inputs."""


@lru_cache(maxsize=1)
def record_digest() -> str:
    """The digest of the bundled files, by name and bytes."""
    folder = resources.files("provenet").joinpath("facts", "recorded")
    files = sorted((file.name, file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".csv"))
    return sha256_bytes(b"".join(f"{name} {sha256_bytes(data)}\n".encode() for name, data in files))
