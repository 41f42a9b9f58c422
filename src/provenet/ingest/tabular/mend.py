"""A drafted mapping mended by fields: what each column becomes or that it is ignored, the constants, single cells."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from provenet.case.tables import table
from provenet.core.errors import Fault, InputFault
from provenet.core.tomltext import TomlFault, parse_toml
from provenet.ingest.tabular.suggest_columns import class_of, field_of, suggest_words


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
            read = next((one["read_as"] for one in _entries(drafted.get(column)) if "read_as" in one), None)
            columns[column] = field_of(to, fields.get(to, {})) | ({"read_as": read} if read else {})
    ignored = [column for column, to in chosen.items() if not to]
    kept = {key: _constant(name, key, text) for key, text in constants.items() if text.strip()}
    # A section of columns makes a table of any file, also of one whose format says itself what is what.
    parts = {"ignore": ignored, "constants": kept} | ({"columns": columns} if chosen else {})
    return _text({key: value for key, value in document.items() if key != "columns"} | parts)


def cells_read_as(mapping: str) -> Mapping[tuple[str, str], str]:
    """By column of the file and what a cell holds, what a mapping reads instead, and of words what they are taken for.

    Raises InputFault where it is no mapping.
    """
    found: dict[tuple[str, str], str] = {}
    for column, entry in _document(mapping).get("columns", {}).items():
        for one in _entries(entry):
            for option in ("also", "read_as"):
                spelled = one.get(option)
                if isinstance(spelled, dict):
                    found |= {(column, str(cell)): str(text) for cell, text in spelled.items()}
    return found


def with_cells(mapping: str, instead: Mapping[tuple[str, str], str]) -> str:
    """A mapping that reads some cells as if they held other words; the file itself stays as it came.

    Parameters
    ----------
    mapping : the mapping; what it reads of other cells stands.
    instead : by column of the file and what a cell holds, what is read instead; empty to read what stands there.

    Raises InputFault where the mapping is none.
    """
    document = _document(mapping)
    columns = document.get("columns", {})
    for (column, cell), text in instead.items():
        for one in _entries(columns.get(column)):
            read = {key: value for key, value in dict(one.get("read_as") or {}).items() if key != cell}
            # A cell that was mended once is told by what was read of it then.
            again = {key: text.strip() for key, value in read.items() if value == cell and text.strip()}
            one["read_as"] = read | again | ({cell: text.strip()} if text.strip() and not again else {})
            if not one["read_as"]:
                del one["read_as"]
            allowed = one.get("of")
            if isinstance(allowed, list) and class_of(text) == text.strip() and text.strip() not in allowed:
                one["of"] = [*allowed, text.strip()]
    return _text(document)


def _entries(entry: object) -> list[dict[str, Any]]:
    """What a column becomes: its fields."""
    return [one for one in (entry if isinstance(entry, list) else [entry]) if isinstance(one, dict)]


def _text(document: Mapping[str, Any]) -> str:
    """A mapping as text, in the order in which people read it."""
    sections = ("ignore", "columns", "constants")
    lines = [f"{key} = {toml_value(value)}" for key, value in document.items() if key not in sections]
    ignored, columns, constants = (document.get(key) for key in sections)
    lines += ["ignore = [", *(f"  {toml_value(column)}," for column in ignored), "]"] if ignored else []
    if columns is not None:
        lines += [
            "",
            "[columns]",
            *(f"{toml_value(column)} = {toml_value(entry)}" for column, entry in columns.items()),
        ]
    lines += (
        ["", "[constants]", *(f"{key} = {toml_value(value)}" for key, value in constants.items())] if constants else []
    )
    return "\n".join(lines) + "\n"


def _document(mapping: str) -> dict[str, Any]:
    try:
        found = parse_toml(mapping)
    except TomlFault as err:
        raise InputFault([Fault("the mapping", str(err))]) from err
    if not isinstance(found.get("columns", {}), dict):
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


def toml_value(value: object) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)} = {toml_value(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(toml_value, value))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if text.isascii() and text.replace("_", "").replace("-", "").isalnum() else toml_value(text)
