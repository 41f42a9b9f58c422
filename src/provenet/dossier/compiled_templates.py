"""Compiled templates in the user's cache folder: compiling them is a tenth of the time of a dossier."""

from functools import cached_property

import numpy as np
from jinja2 import __version__ as jinja_version
from jinja2.bccache import Bucket, BytecodeCache

from provenet.core.digest import sha256_bytes
from provenet.core.user_cache import load_arrays, sources_digest, store_arrays

_KIND, _BYTES = "template", "bytes"
_SOURCES = ("core/wording.py", "dossier/compiled_templates.py", "dossier/render.py", "dossier/text.py")
"""What a compiled template depends on beside its own text: how it is compiled, and what a constant in it becomes."""


class CompiledTemplates(BytecodeCache):
    """Keeps the code of each template. The library itself refuses that of another text or interpreter."""

    @cached_property
    def _compiler(self) -> str | None:
        sources = sources_digest(*_SOURCES)
        return None if sources is None else sha256_bytes(f"{sources} {jinja_version}".encode())[:16]

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fills a bucket with the code of its template, where it is kept."""
        if self._compiler and (found := load_arrays(_KIND, f"{bucket.key}-{self._compiler}")) is not None:
            bucket.bytecode_from_string(found.arrays[_BYTES].tobytes())

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps the code of a template that was compiled."""

        if self._compiler:
            code = np.frombuffer(bucket.bytecode_to_string(), np.uint8)
            store_arrays(_KIND, f"{bucket.key}-{self._compiler}", {_BYTES: code}, note=None)
