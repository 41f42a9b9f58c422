"""Rows for the checks: every cell that a row must have is filled in, and a case of them needs no disk."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from provenet.case.check import MENU, Check, StandingRows, chosen, look
from provenet.case.dictionary import closed_columns
from provenet.case.rows import FindingRow
from provenet.case.tables import frame, table, tables, vocabulary, words
from provenet.evidence.rule_checks import rule_checks
from provenet.policy.packs import Packs, load_packs

Tables = dict[str, list[dict[str, object]]]
DAY = date(2026, 11, 25)
_WORDS = {(name, column): words(listed)[0] for name, column, listed in closed_columns(vocabulary(), tables())}
_PLAIN = {"text": "x", "int": 1, "float": 0.5, "bool": False, "date": date(2020, 1, 1), "list": []}


def made(name: str, key: str, /, **cells: object) -> dict[str, object]:
    """A row of a table with the cells given; the others say as little as the dictionary allows."""
    spec = table(name)
    row: dict[str, object] = {
        column.name: _WORDS.get((name, column.name), [] if column.fields else _PLAIN[column.type])
        for column in spec.columns
        if not column.nullable and column.name != "run_id"
    }
    row[spec.id_column] = key
    if spec.kind == "input":
        row |= {"row_id": f"{name}-{key}", "locator": f"{name}.csv row 2", "file_id": "f", "reading": "read in part"}
    return {**row, **cells}


def page(key: str = "page", /, **cells: object) -> dict[str, object]:
    told = {"title": f"Page {key}", "url": f"https://example.org/{key}", "published_high_on": date(2026, 6, 30)}
    return made("source", key, **{"kind": "press", **told, **cells})


def party(key: str, role: str = "vendor", /, **cells: object) -> dict[str, object]:
    return made("party", key, **{"name": key.title(), "role": role, "country": "SE", "source_id": "page", **cells})


def share(key: str, /, **cells: object) -> dict[str, object]:
    told = {
        "geo": "Italy", "level": "carrier", "carrier_id": "tim", "segment": "RAN", "asset_class": "ran",
        "vendor_ids": ["nokia"], "vendors_says": "Nokia", "measure": "sites", "measure_kind": "sites", "low_share": 0.6,
        "high_share": 0.6, "as_of": "2026", "as_of_low_on": date(2026, 1, 1), "as_of_high_on": date(2026, 6, 30),
        "source_id": "page", "qualifier": "=",
    }  # fmt: skip
    return made("market_share", key, **{**told, **cells})


def claim(key: str, /, **cells: object) -> dict[str, object]:
    told = {
        "vendor_ids": ["nokia"], "topic": "access", "speaker": "A paper", "stance": "asserts", "said": "2020",
        "said_low_on": date(2020, 1, 1), "said_high_on": date(2020, 1, 1), "source_id": "page",
    }  # fmt: skip
    return made("claim", key, **{**told, **cells})


def rows_of(told: Mapping[str, Iterable[dict[str, object]]], **asked: Any) -> StandingRows:
    """Rows at hand, without a case: no check of tables needs one."""
    frames = {name: _empty(name) for name in tables()}
    for name, rows in told.items():
        frames[name] = frame(name, [{"run_id": "r", **row} for row in rows]).sort(table(name).order)
    return StandingRows(None, frames=frames, **asked)  # type: ignore[arg-type]


def found(told: Mapping[str, Iterable[dict[str, object]]], *ids: str, **asked: Any) -> list[FindingRow]:
    """What some checks of the menu find."""
    return look(rows_of(told, **asked), chosen(menu(), ids)).findings


@cache
def _empty(name: str) -> pl.DataFrame:
    return frame(name, [])


def menu() -> tuple[Check, ...]:
    """Every check, those of rules with the bundled packs."""
    return (*MENU, *rule_checks(_packs))


@cache
def _packs() -> Packs:
    return load_packs()
