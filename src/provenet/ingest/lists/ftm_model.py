"""What a file of FollowTheMoney entities holds once it is read, and the words of `ftm.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

ENDS = {
    "Sanction": ("entity",),
    "Ownership": ("owner", "asset"),
    "Control": ("controller", "controlled"),
    "Succession": ("predecessor", "successor"),
}
"""The properties of a link that name entities."""


@dataclass(frozen=True)
class Entity:
    """One entity: its schema, its properties as texts, the data sets it stands in, and its place in the file."""

    id: str
    schema: str
    properties: Mapping[str, tuple[str, ...]]
    caption: str
    datasets: tuple[str, ...]
    row: int

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a property, in the order of the file."""
        return self.properties.get(name, ())

    def first(self, name: str) -> str | None:
        """The first value of a property."""
        values = self.all(name)
        return values[0] if values else None


@dataclass
class Entities:
    """The entities of a file: those that are parties, the links between them, and what was read over."""

    parties: dict[str, Entity] = field(default_factory=dict)
    links: dict[str, Entity] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)
    """Entities read over: id to schema."""
    merged: dict[str, str] = field(default_factory=dict)
    """Ids that were merged into another, to the one that stands for them."""

    def ends(self, link: Entity, name: str) -> list[str]:
        """The entities a link names, by the ids that stand for them."""
        return list(dict.fromkeys(self.merged.get(end, end) for end in link.all(name)))


@lru_cache(maxsize=1)
def ftm_words() -> Mapping[str, Any]:
    """What is taken and read over of the model: `ftm.toml`. Cached."""
    return tomllib.loads(
        resources.files("provenet").joinpath("ingest", "lists", "ftm.toml").read_text(encoding="utf-8")
    )
