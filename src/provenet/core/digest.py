"""Digests: of bytes, of values, and of the code that is running."""

import hashlib
import json
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

VERSION = "0.1.0"


def sha256_bytes(data: bytes) -> str:
    """The SHA-256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: object) -> str:
    """One text per value: keys sorted, no spaces, dates as ISO."""
    return _ENCODER.encode(value)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(str(v) for v in value)
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def short_digest(value: object, length: int = 12) -> str:
    """The first `length` hex digits of the SHA-256 of a value's canonical JSON."""
    return sha256_bytes(canonical_json(value).encode())[:length]


@lru_cache(maxsize=1)
def code_version() -> str:
    """The release and a digest of the package's own files, so that a result names the code that made it."""
    root = Path(__file__).resolve().parent.parent
    seen = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".yml", ".csv", ".j2", ".typ", ".toml"} and "__pycache__" not in path.parts:
            seen.update(path.relative_to(root).as_posix().encode())
            seen.update(path.read_bytes())
    return f"{VERSION}+{seen.hexdigest()[:10]}"
