"""What files of attributes by name share: the name that a node goes by, figures, shared-risk groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provenet.ingest.network.draft import NOT_STATED


def names_of(idents: Sequence[str], data: Sequence[Mapping[str, object]], labels: Sequence[str]) -> list[str]:
    """The names of nodes: the first of the attributes `labels` that every node has, each once; else their ids.

    >>> names_of(["0", "1"], [{"name": "Bern"}, {"name": "Basel"}], ["label", "name"])
    ['Bern', 'Basel']
    >>> names_of(["0", "1"], [{"name": "Bern"}, {"name": "Bern"}], ["name"])
    ['0', '1']
    """
    for label in labels:
        names = [str(one.get(label) or "").strip() for one in data]
        if all(names) and len(set(names)) == len(names):
            return names
    return list(idents)


def number_of(data: Mapping[str, object], *names: str) -> float:
    """The first of the named figures that is a finite number, else NaN."""
    for name in names:
        value = data.get(name)
        if isinstance(value, bool) or value is None:
            continue
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            continue
        if number - number == 0:
            return number
    return NOT_STATED


def srlgs_of(data: Mapping[str, object]) -> tuple[str, ...]:
    """Shared-risk groups of a link: a list, or a text with commas, under `srlg` or `srlgs`."""
    value = data.get("srlgs", data.get("srlg"))
    if value is None:
        return ()
    words = value if isinstance(value, list) else str(value).replace(";", ",").split(",")
    return tuple(str(word).strip() for word in words if str(word).strip())
