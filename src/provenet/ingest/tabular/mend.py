"""A drafted mapping mended field by field: what each column becomes or that it is ignored, and the constants."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from provenet.case.tables import table
from provenet.core.errors import Fault, InputFault
from provenet.core.tomltext import TomlFault, parse_toml
from provenet.ingest.tabular.suggest_columns import suggest_words

_HEADS = "heads"


def targets(name: str) -> tuple[str, ...]:
    """The columns of a table that a draft may map a column of a file to; none for a table that is never drafted."""
    words = suggest_words()
    return tuple(words[name]["columns"]) if name in words and "columns" in words[name] else ()


def drafted_targets(mapping: str) -> Mapping[str, str]:
    """By column of the file, what a mapping makes of it. Raises InputFault where it is no mapping."""
    return {column: _first(entry) for column, entry in _document(mapping).get("columns", {}).items()}


def constants_of(mapping: str) -> Mapping[str, object]:
    """The constants of a mapping. Raises InputFault where it is no mapping."""
    found = _document(mapping).get("constants", {})
    return found if isinstance(found, dict) else {}


def mended(mapping: str, chosen: Mapping[str, str], constants: Mapping[str, str]) -> str:
    """A mapping in which each column of the file becomes what was chosen.

    Parameters
    ----------
    mapping : the draft; what it says of a column stands where the choice is the same.
    chosen : by column of the file, a column of the table; empty for one that is ignored by name.
    constants : by column of the table, what every row gets; empty ones are left out.

    Raises InputFault where the draft is no mapping.
    """
    document = _document(mapping)
    name = str(document.get("table", ""))
    drafted = document.get("columns", {})
    fields = suggest_words().get(name, {}).get("columns", {})
    columns: dict[str, Any] = {}
    for column, to in chosen.items():
        if to and column in drafted and _first(drafted[column]) == to:
            columns[column] = drafted[column]
        elif to:
            options = {key: value for key, value in fields.get(to, {}).items() if key != _HEADS}
            is_text = options.get("type") in (None, "text")
            columns[column] = {
                "to": to,
                **{key: value for key, value in options.items() if key != "type" or not is_text},
            }
    made = {key: value for key, value in document.items() if key not in ("ignore", "columns", "constants")}
    ignored = [column for column, to in chosen.items() if not to]
    lines = [f"{key} = {_toml(value)}" for key, value in made.items()]
    lines += ["ignore = [", *(f"  {_toml(column)}," for column in ignored), "]"] if ignored else []
    # A section of columns makes a table of any file, also of one whose format says itself what is what.
    if chosen:
        lines += ["", "[columns]", *(f"{_toml(column)} = {_toml(entry)}" for column, entry in columns.items())]
    kept = {key: _constant(name, key, text) for key, text in constants.items() if text.strip()}
    lines += ["", "[constants]", *(f"{key} = {_toml(value)}" for key, value in kept.items())] if kept else []
    return "\n".join(lines) + "\n"


def _document(mapping: str) -> dict[str, Any]:
    try:
        found = parse_toml(mapping)
    except TomlFault as err:
        raise InputFault([Fault("the mapping", str(err))]) from err
    columns = found.get("columns", {})
    if not isinstance(columns, dict):
        raise InputFault([Fault("the mapping", "columns is no table", expected="[columns]")])
    return found


def _first(entry: object) -> str:
    """What an entry of a mapping makes of its column, the first where it is several things."""
    one = entry[0] if isinstance(entry, list) and entry else entry
    return str(one.get("to", "")) if isinstance(one, dict) else str(one)


def _constant(name: str, column: str, text: str) -> object:
    """A constant as its column holds it; what it cannot be stays text, and the reader says so."""
    text = text.strip()
    spec = table(name).schema if name else {}
    kind = table(name).column(column).type if column in spec else "text"
    try:
        if kind in ("int", "float"):
            return int(text) if kind == "int" else float(text)
    except ValueError:
        return text
    return {"true": True, "false": False}.get(text.lower(), text) if kind == "bool" else text


def _toml(value: object) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if text.isascii() and text.replace("_", "").replace("-", "").isalnum() else _toml(text)
