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


def label_names(
    names: Sequence[str], data: Sequence[Mapping[str, object]], labels: Sequence[str]
) -> list[tuple[str, str]]:
    """Labels that one node alone has, with the name that the node goes by."""
    found: dict[str, set[str]] = {}
    for name, one in zip(names, data, strict=True):
        for label in labels:
            if text := str(one.get(label) or "").strip():
                found.setdefault(text, set()).add(name)
    return [(text, next(iter(some))) for text, some in found.items() if len(some) == 1]


def link_name(stated: Mapping[str, object], between: str, place: int, *, taken: Mapping[str, int]) -> str:
    """The id of a link; where it has none its end nodes, with its key or its place where links are parallel.

    >>> link_name({"id": "L1"}, "a--b", 0, taken={}), link_name({}, "a--b", 7, taken={"a--b": 0})
    ('L1', 'a--b#7')
    """
    own = next((stated[name] for name in ("id", "link_id", "name") if stated.get(name) not in (None, "")), None)
    if own is not None:
        return str(own)
    key = stated.get("key")
    return f"{between}#{key or place}" if key or between in taken else between


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
