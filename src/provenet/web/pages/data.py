"""Data: files into the case from a browser, each mapping drafted and mended in a form, faults shown at their cells."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from anyio import sleep

from provenet.case.tables import table, tables, words
from provenet.core.errors import InputFault, UsageFault
from provenet.web import upload
from provenet.web.access import LARGEST_BODY, MOST_FILES
from provenet.web.page import Events, Html, Page, Redirect, Reply, Route, Visit
from provenet.web.reading import NotFound
from provenet.web.upload import BASKETS, Basket, Parcel

LOOK_SECONDS = 0.3
QUIET_LOOKS = 50
SUGGESTED_CONSTANTS = ("carrier_id", "country", "asset_class", "layer", "geo", "level", "topic", "speaker", "list_name")
"""Constants that a form offers beside those that a draft needs or gives."""


def data(visit: Visit) -> Reply:
    """What may be done with data: files in, tables out, questions in SQL."""
    _own(visit)
    return Html(
        template="data.html.j2",
        title=visit.tongue.text("Data"),
        words={
            "baskets": BASKETS.of(visit.reading.folder),
            "most_files": MOST_FILES,
            "most_mib": LARGEST_BODY // 2**20,
        },
    )


def send(visit: Visit) -> Reply:
    """Takes the files of a form."""
    _own(visit)
    given = visit.form.get("files")
    sent = given if isinstance(given, list) else [given]
    files = [(str(one[0]), bytes(one[1])) for one in sent if isinstance(one, tuple)]
    basket = BASKETS.put(visit.reading.folder, files)
    return Redirect(visit.link("/data/files/{basket}", basket=basket.basket_id))


def basket(visit: Visit) -> Reply:
    """The files of a form: what each is read as, its first rows, what it lacks, and what was wrong with it."""
    found = _basket(visit)
    return Html(
        template="data_files.html.j2",
        title=visit.tongue.text("Files"),
        words={"basket": found, "needed": [name for one in found.parcels.values() for name in one.needed]},
        styles=("tables.css",),
    )


def mapping(visit: Visit) -> Reply:
    """The mapping of a file as a form."""
    found = _basket(visit)
    return _mapping_page(visit, found, _parcel(visit, found))


def mend(visit: Visit) -> Reply:
    """Takes a mended mapping, from the fields or as text."""
    from provenet.ingest.tabular.mend import mended, with_cells

    found = _basket(visit)
    parcel = _parcel(visit, found)
    if found.state == "adding":
        raise UsageFault("The files are being read into the case; wait until that has ended.")
    if "by_text" in visit.form:
        text = _word(visit.form.get("mapping"))
    else:
        text = with_cells(mended(parcel.mapping, *_chosen(visit, parcel)), _mended_cells(visit, parcel))
    try:
        upload.mend(parcel, text)
    except InputFault as fault:
        return _mapping_page(visit, found, parcel, faults=[one.sentence() for one in fault.faults])
    return Redirect(visit.link("/data/files/{basket}", basket=found.basket_id))


def add(visit: Visit) -> Reply:
    """Reads the files into the case."""
    found = _basket(visit)
    needed = [name for one in found.parcels.values() for name in one.needed]
    if needed:
        raise UsageFault(f"The mapping of a file still needs {', '.join(needed[:8])}; mend it before it is read.")
    if not found.parcels:
        raise UsageFault("All files of this form have been read into the case.")
    BASKETS.begin(found)
    return Redirect(visit.link("/data/files/{basket}", basket=found.basket_id))


def drop(visit: Visit) -> Reply:
    """Throws the files away."""
    BASKETS.drop(_basket(visit))
    return Redirect(visit.link("/data"))


def events(visit: Visit) -> Reply:
    """How far the reading is, as server-sent events."""
    found = _basket(visit)
    return Events(_stream(found, visit.link("/data/files/{basket}", basket=found.basket_id)))


async def _stream(found: Basket, address: str) -> AsyncIterator[tuple[int, str, str]]:
    seen, quiet = -1, 0
    while True:
        state, news = found.state, found.news
        if news != seen and state == "adding":
            seen, quiet = news, 0
            progress = {"done": found.done, "total": found.total, "text": found.text, "seconds_left": None}
            yield news, "progress", json.dumps(progress, ensure_ascii=False)
        if state != "adding":
            failed = bool(found.faults or found.text)
            text = f"{found.fault_count:,} things are wrong." if found.faults else found.text or "Read into the case."
            end = {"state": "failed" if failed else "done", "text": text, "address": address}
            yield news + 1, "end", json.dumps(end, ensure_ascii=False)
            return
        quiet += 1
        if quiet % QUIET_LOOKS == 0:
            yield news, "", ""
        await sleep(LOOK_SECONDS)


def _mapping_page(visit: Visit, found: Basket, parcel: Parcel, *, faults: Sequence[str] = ()) -> Reply:
    from provenet.ingest.tabular.mend import constants_of, drafted_targets, targets

    draft = parcel.draft
    if draft is None or not parcel.takes_mapping:
        raise NotFound("This file needs no mapping.")
    try:
        chosen, constants = drafted_targets(parcel.mapping), constants_of(parcel.mapping)
    except InputFault as fault:
        chosen, constants, faults = {}, {}, [*faults, *(one.sentence() for one in fault.faults)]
    columns = [str(one["column"]) for one in draft.columns]
    fields = [
        {
            "column": column,
            "to": chosen.get(column, ""),
            "why": described["why"] or "",
            "values": _values(draft.header, draft.rows, column),
        }
        for column, described in zip(columns, draft.columns, strict=True)
    ]
    return Html(
        template="data_mapping.html.j2",
        title=f"{visit.tongue.text('Mapping')}: {parcel.upload.name}",
        words={
            "basket": found,
            "parcel": parcel,
            "draft": draft,
            "fields": fields,
            "targets": sorted({*targets(draft.table), *chosen.values()} - {""}),
            "spec": tables().get(draft.table),
            "constants": [_constant(draft.table, name, constants) for name in _constant_names(parcel, constants)],
            "faults": faults,
        },
        status=422 if faults else 200,
        styles=("tables.css",),
    )


def _constant_names(parcel: Parcel, constants: Mapping[str, object]) -> list[str]:
    """The constants that the form offers: those given, those needed, and others that often are."""
    assert parcel.draft is not None
    needed = [name.removeprefix("constants.") for name in parcel.draft.needed if name.startswith("constants.")]
    columns = table(parcel.draft.table).schema if parcel.draft.table in tables() else {}
    often = [name for name in SUGGESTED_CONSTANTS if name in columns]
    return list(dict.fromkeys([*needed, *constants, *often]))


def _constant(name: str, column: str, constants: Mapping[str, object]) -> dict[str, object]:
    """A constant as a field."""
    held = table(name).schema if name in tables() else {}
    value = constants.get(column, "")
    return {
        "name": column,
        "value": _shown(value),
        "says": table(name).column(column).says if column in held else "",
        "words": words("layer") if column == "layer" else (),
    }


def _shown(value: object) -> str:
    """A constant as a field shows it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(header: Sequence[str], rows: Sequence[Sequence[str]], column: str) -> list[str]:
    """The first values of a column of a file."""
    at = list(header).index(column) if column in header else None
    return [row[at][:60] for row in rows if row[at]] if at is not None else []


def _chosen(visit: Visit, parcel: Parcel) -> tuple[dict[str, str], dict[str, str]]:
    """What the form makes of each column, and its constants."""
    from provenet.ingest.tabular.mend import constants_of, drafted_targets, targets

    assert parcel.draft is not None
    columns = [str(one["column"]) for one in parcel.draft.columns]
    chosen = {column: _word(visit.form.get(f"to-{at}")) for at, column in enumerate(columns)}
    allowed = {*targets(parcel.draft.table), *drafted_targets(parcel.mapping).values(), ""}
    for column, to in chosen.items():
        if to not in allowed:
            raise UsageFault(f"{column[:60]}: found {to[:60]!r}, expected a column of the list.")
    before = constants_of(parcel.mapping)
    given = {name: _word(visit.form.get(f"constant-{name}")) for name in _constant_names(parcel, before)}
    # A column that was chosen goes before a constant that nobody touched.
    untouched = {name for name, value in given.items() if value and value == _shown(before.get(name, ""))}
    return chosen, {name: value for name, value in given.items() if name not in untouched & set(chosen.values())}


def _mended_cells(visit: Visit, parcel: Parcel) -> dict[tuple[str, str], str]:
    """By column and what a cell holds, what is read instead, where the form says another thing than stands."""
    sent = {(one.column, one.cell): visit.form.get(one.key) for one in parcel.doubts}
    before = {(one.column, one.cell): one.instead for one in parcel.doubts}
    return {at: _word(text) for at, text in sent.items() if isinstance(text, str) and text.strip() != before[at]}


def _own(visit: Visit) -> None:
    """Raises NotFound for readers who may not write."""
    if not visit.may_write:
        raise NotFound("Files come into the newest state of a case alone.")


def _basket(visit: Visit) -> Basket:
    _own(visit)
    found = BASKETS.find(visit.reading.folder, visit.path["basket"])
    if found is None:
        raise NotFound("These files are gone: read into the case, thrown away, or of an earlier start of the server.")
    return found


def _parcel(visit: Visit, found: Basket) -> Parcel:
    number = visit.path["file"]
    parcel = found.parcels.get(int(number)) if number.isascii() and number.isdecimal() and len(number) < 5 else None
    if parcel is None:
        raise NotFound("There is no such file here.")
    return parcel


def _word(value: object) -> str:
    """A field of a form as text; of several the first."""
    one = value[0] if isinstance(value, list) and value else value
    return one if isinstance(one, str) else ""


PAGE = Page(
    key="data",
    title="Data",
    place=90,
    public=False,
    routes=(
        Route(path="/data", answer=data),
        Route(path="/data/files", answer=send, method="POST"),
        Route(path="/data/files/{basket}", answer=basket),
        Route(path="/data/files/{basket}/events", answer=events),
        Route(path="/data/files/{basket}/add", answer=add, method="POST"),
        Route(path="/data/files/{basket}/drop", answer=drop, method="POST"),
        Route(path="/data/files/{basket}/{file}", answer=mapping),
        Route(path="/data/files/{basket}/{file}", answer=mend, method="POST"),
    ),
)
