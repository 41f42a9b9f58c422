"""Certificates of a plan: read and written, sealed, and what one may not have; the files of a schedule as written.

A certificate stands as JSON inside the plan or as arrays in a file beside it. Figures of the wrong shape or sign, and
places that the instance does not have, are refused; whatever passes proves a bound by the sums of `certify`.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from provenet.core.digest import canonical_json, sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.core.jsontext import inside
from provenet.forms.schedule import CERTIFICATE_FORM, MOST_NUMBER, Certificate, Instance, PlanFile, Unit, number_text

MOST_UNPACKED_BYTES = 4 * 2**30
"""The most bytes that the arrays of a certificate may come to."""
PROVES = ("bound", "infeasible")
_PRICES = ("prices", "conflict_prices")
CREDIT = ("credit_demand", "credit_unit", "credit_period", "credit_amount")
PASSED = ("passed_edge", "passed_period", "passed_amount")
TURN = ("turn_demand", "turn_unit", "turn_conflict", "turn_size", "turn_period")
_WHOLE = ("credit_demand", "credit_unit", "credit_period", "passed_edge", "passed_period", *TURN, "turn_member")
_AMOUNTS = ("credit_amount", "passed_amount", "turn_amount")
SEAL = ("instance", "plan", "figures")
_ARRAYS = ("form", "proves", *SEAL, *_PRICES, *_AMOUNTS, *_WHOLE)
MAY_LACK = ("status", "objective", "bound", "gap_share", "proof", "seconds")
"""What a plan made elsewhere need not state, in the order of its file."""
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ValueError,
    EOFError,
    OSError,
    RuntimeError,
    OverflowError,
    KeyError,
)
"""What reading a file of arrays that is none, or is cut off, may raise."""


def figure(number: float) -> float | int:
    """A number as JSON shows it best: whole ones without a decimal point, and no minus before a zero."""
    return int(number) if number == int(number) and abs(number) < 2**53 else float(number)


def entries_of(certificate: Certificate) -> int:
    """How many numbers a certificate comes to, prices of zero left out."""
    prices = sum(int((getattr(certificate, name) != 0).sum()) for name in _PRICES)
    return prices + sum(len(getattr(certificate, name)) for name in (*_AMOUNTS, "turn_member"))


def plan_fields(plan: PlanFile) -> dict[str, object]:
    """What a plan's file states, without its certificate and without what it does not state."""
    fields: dict[str, object] = {key: getattr(plan, key) for key in MAY_LACK if key not in plan.absent}
    fields = {key: figure(value) if isinstance(value, float) else value for key, value in fields.items()}
    fields |= {"clash": list(plan.clash)} if plan.clash is not None else {}
    fields |= {"relief": list(plan.relief)} if plan.relief is not None else {}
    return {**fields, "start": plan.start}


def plan_digest(plan: PlanFile) -> str:
    """The SHA-256 of all that a plan states but its certificate, in canonical JSON."""
    return sha256_bytes(canonical_json(plan_fields(plan)).encode())


def figures_digest(certificate: Certificate) -> str:
    """The SHA-256 of what a certificate proves and of its arrays, in a fixed order and width."""
    seen = hashlib.sha256(f"{CERTIFICATE_FORM} {certificate.proves}".encode())
    for names, kind in ((_PRICES + _AMOUNTS, "<f8"), (_WHOLE, "<i8")):
        for name in names:
            array = getattr(certificate, name).astype(kind) + 0  # turns a minus zero into zero
            seen.update(f"\n{name} {array.shape}\n".encode() + array.tobytes())
    return seen.hexdigest()


def certificate_json(certificate: Certificate, instance: Instance) -> dict[str, object]:
    """A certificate as it stands in a plan's JSON, by ids; prices that are zero in all periods are left out."""
    made: dict[str, object] = {"form": CERTIFICATE_FORM, "proves": certificate.proves}
    made |= {name: getattr(certificate, name) for name in SEAL}
    ids = {"prices": [one.id for one in instance.resources], "conflict_prices": [one.id for one in instance.conflicts]}
    for name in _PRICES:
        rows = zip(ids[name], getattr(certificate, name).tolist(), strict=True)
        made[name] = {one: list(map(figure, row)) for one, row in rows if any(row)}
    demands, units = ([one.id for one in held] for held in (instance.demands, instance.units))
    credit = (getattr(certificate, f"credit_{name}").tolist() for name in ("demand", "unit", "period", "amount"))
    made["credits"] = [[demands[d], units[u], t, figure(a)] for d, u, t, a in zip(*credit, strict=True)]
    passed = (getattr(certificate, f"passed_{name}").tolist() for name in ("edge", "period", "amount"))
    made["passed"] = [[edge, t, figure(a)] for edge, t, a in zip(*passed, strict=True)]
    ends, members = certificate.turn_size.cumsum().tolist(), certificate.turn_member.tolist()
    turn = (getattr(certificate, name).tolist() for name in (*TURN, "turn_amount"))
    conflicts = ids["conflict_prices"]
    made["turns"] = [
        [
            demands[d] if d >= 0 else None,
            units[u] if u >= 0 else None,
            conflicts[c],
            [units[one] for one in members[end - size : end]],
            t,
            figure(a),
        ]
        for end, (d, u, c, size, t, a) in zip(ends, zip(*turn, strict=True), strict=True)
    ]
    return made


def certificate_bytes(certificate: Certificate) -> bytes:
    """The file of a certificate: a .npz that NumPy reads without pickles; the same certificate gives the same bytes."""

    arrays = {"form": np.array(CERTIFICATE_FORM)}
    arrays |= {name: np.array(getattr(certificate, name)) for name in ("proves", *SEAL)}
    arrays |= {name: np.asarray(getattr(certificate, name), "<f8") for name in (*_PRICES, *_AMOUNTS)}
    arrays |= {name: np.asarray(getattr(certificate, name), "<i4") for name in _WHOLE}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, array in arrays.items():
            entry = io.BytesIO()
            np.lib.format.write_array(entry, array, version=(1, 0), allow_pickle=False)
            packed.writestr(zipfile.ZipInfo(name + ".npy"), entry.getbuffer(), zipfile.ZIP_DEFLATED, 1)
    return made.getvalue()


def read_certificate(name: str, data: bytes) -> Certificate:
    """A certificate from the bytes of its file. Raises InputFault for anything but the arrays of its form.

    Shapes, signs and places are checked by `certify`, which knows the instance. Cost O(bytes unpacked).
    """
    faults, held = FaultList(), dict[str, Any]()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            _refuse_others(name, packed, faults)
            for key in _ARRAYS:
                if not faults.count:
                    held[key] = _array(packed, key)
    except _BROKEN as err:
        way_out = "Copy it again from where the plan was made, or take the certificate out of the plan."
        faults.add(
            Fault(name, f"the file of the certificate cannot be read ({err})", expected="a whole .npz", way_out=way_out)
        )
    if faults.count:
        raise InputFault(faults.faults, faults.count)
    form = int(held.pop("form"))
    if form != CERTIFICATE_FORM or held["proves"] not in PROVES:
        way_out = "Read it with the release that wrote it."
        found = f"form {form}, proves {held['proves']}"
        expected = f"form {CERTIFICATE_FORM}, proves bound or infeasible"
        raise InputFault([Fault(name, "another form of certificate", found=found, expected=expected, way_out=way_out)])
    return Certificate(**held)


def _refuse_others(name: str, packed: zipfile.ZipFile, faults: FaultList) -> None:
    size = sum(info.file_size for info in packed.infolist())
    if size > MOST_UNPACKED_BYTES:
        text, way_out = "the certificate is too large", "Leave entries of zero out of it."
        unpacked, expected = f"{size:,} bytes unpacked", f"at most {MOST_UNPACKED_BYTES:,} bytes"
        faults.add(Fault(name, text, found=unpacked, expected=expected, way_out=way_out))
    known, found = sorted(f"{key}.npy" for key in _ARRAYS), sorted(packed.namelist())
    if found != known:
        odd = ", ".join(sorted({*found} ^ {*known})) or "an array twice"
        text, expected = "the arrays are not those of a certificate", ", ".join(known)
        faults.add(Fault(name, text, found=odd, expected=expected, way_out="See docs/schedule.md."))


def _array(packed: zipfile.ZipFile, key: str) -> Any:
    """One array, read only once its header says that its bytes are there. Raises ValueError for another kind."""

    size = packed.getinfo(key + ".npy").file_size
    with packed.open(key + ".npy") as entry:
        version = np.lib.format.read_magic(entry)
        if version not in ((1, 0), (2, 0)):
            raise ValueError(f"{key} is of another version of .npy")
        header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_column, dtype = header(entry)
        rest = entry.read(size)
    kinds, dimensions = ("U", 0) if key in ("proves", *SEAL) else ("f", 1 + (key in _PRICES))
    kinds, dimensions = ("iu", 0) if key == "form" else ("iu", 1) if key in _WHOLE else (kinds, dimensions)
    if dtype.kind not in kinds or len(shape) != dimensions or (by_column and dimensions > 1):
        raise ValueError(f"{key} is {dtype} of {len(shape)} dimensions")
    array = np.frombuffer(rest, dtype).reshape(shape)
    if dtype.kind == "U":
        return array.item()
    if dtype.kind == "f" and not bool((np.abs(array) <= MOST_NUMBER).all()):
        raise ValueError(f"{key} has a number that is none, or is larger than {MOST_NUMBER:g}")
    return array.astype(np.float64 if dtype.kind == "f" else np.int64)


MOST_ENTRIES_INSIDE = 20_000
"""A certificate of more entries stands in a file beside the plan."""


def instance_bytes(instance: Instance) -> bytes:
    """The JSON file of an instance: one text for each, which `read_instance` reads back as the same instance."""
    resources = ({"id": r.id, "capacity": _series(r.capacity), "carry_over": r.carry_over} for r in instance.resources)
    units = (_unit(unit) for unit in instance.units)
    conflicts = ({"id": c.id, "units": c.units, "max": c.most} for c in instance.conflicts)
    demands = ({"id": d.id, "weight": figure(d.weight), "units": d.units} for d in instance.demands)
    lists: dict[str, Iterable[object]] = {
        "resources": resources,
        "units": units,
        "precedence": instance.precedence,
        "together": instance.together,
        "conflicts": conflicts,
        "demands": demands,
    }
    head = {"periods": instance.periods, "discount": figure(instance.discount)}
    parts = [f"{_json(key)}: {_json(value)}" for key, value in head.items()]
    parts += [f"{_json(key)}: [" + ",".join("\n" + _json(row) for row in rows) + "]" for key, rows in lists.items()]
    return ("{" + ",\n".join(parts) + "}\n").encode()


def _unit(unit: Unit) -> dict[str, object]:
    use = {resource: _series(unit.use[resource]) for resource in sorted(unit.use)}
    fields = {"id": unit.id, "use": use, "duration": unit.duration, "earliest": unit.earliest, "latest": unit.latest}
    return {**fields, "value": list(map(figure, unit.value))} if unit.value else fields


def _series(amounts: tuple[float, ...]) -> object:
    """One number where it holds in each period, else one a period."""
    return figure(amounts[0]) if amounts.count(amounts[0]) == len(amounts) else list(map(figure, amounts))


def instance_digest(instance: Instance) -> str:
    """The SHA-256 of an instance's file as it is written here, whatever its own file looked like."""
    return sha256_bytes(instance_bytes(instance))


def sealed(instance: Instance, plan: PlanFile) -> PlanFile:
    """The plan with the seal on its certificate, so that `certify` refuses it once anything in it is altered.

    Seal last: any later change of a field, `seconds` included, breaks the seal. It catches alteration, not fraud.
    Raises ValueError for a plan whose certificate is not at hand.
    """
    if not isinstance(plan.certificate, Certificate):
        raise ValueError("a plan is sealed on its certificate, and this one has none at hand")
    held = replace(plan.certificate, instance=instance_digest(instance), plan=plan_digest(plan))
    return replace(plan, certificate=replace(held, figures=figures_digest(held)))


def plan_bytes(plan: PlanFile, instance: Instance) -> bytes:
    """The JSON file of a plan, with its certificate inside or the name of the file that holds it."""
    fields = plan_fields(plan)
    start = cast("dict[str, int | None]", fields.pop("start"))
    parts = [f"{_json(key)}: {_json(value)}" for key, value in fields.items()]
    parts.append('"start": {' + ",".join(f"\n{_json(unit)}: {_json(at)}" for unit, at in start.items()) + "}")
    if isinstance(plan.certificate, str):
        parts.append(f'"certificate": {_json(plan.certificate)}')
    elif plan.certificate is not None:
        inner = certificate_json(plan.certificate, instance)
        parts.append(
            '"certificate": {' + ",".join(f"\n{_json(key)}: {_json(value)}" for key, value in inner.items()) + "}"
        )
    return ("{" + ",\n".join(parts) + "}\n").encode()


def plan_files(plan: PlanFile, instance: Instance, name: str) -> dict[str, bytes]:
    """The files of a plan by name: `name` and, where its certificate is large, `NAME.certificate.npz` beside it."""
    held = plan.certificate
    if not isinstance(held, Certificate) or entries_of(held) <= MOST_ENTRIES_INSIDE:
        return {name: plan_bytes(plan, instance)}
    beside = name.removesuffix(".json") + ".certificate.npz"
    return {name: plan_bytes(replace(plan, certificate=beside), instance), beside: certificate_bytes(held)}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


Ints: TypeAlias = NDArray[np.integer[Any]]
Floats: TypeAlias = NDArray[np.float64]
Refused: TypeAlias = tuple[str, str, str, str]
"""Its path, what is wrong with it, what was found, and what was expected."""


def refused(instance: Instance, held: Certificate) -> Iterator[Refused]:
    """All that a certificate may not have; nothing after the first of its parts that has something of it."""
    periods = instance.periods
    ids = [r.id for r in instance.resources], [c.id for c in instance.conflicts]
    carries = np.array([r.carry_over for r in instance.resources], bool)[:, None]
    prices_of = (held.prices, held.conflict_prices)
    for name, prices, things in zip(("prices", "conflict_prices"), prices_of, ids, strict=True):
        if prices.shape != (len(things), periods):
            yield name, "the prices have the wrong shape", str(prices.shape), str((len(things), periods))
            return
        for row, at in np.argwhere(~_is_amount(prices)):
            path = f"{inside(name, things[row])}[{at}]"
            yield path, "a price is negative", number_text(prices[row, at]), "a number from 0"
    for row, at in np.argwhere((np.diff(held.prices, axis=1) > 0) & carries):
        path, text = f"{inside('prices', ids[0][row])}[{at + 1}]", "a price rises where the resource carries over"
        yield path, text, number_text(held.prices[row, at + 1]), f"at most {number_text(held.prices[row, at])}"
    units, demands = instance.units, instance.demands
    place = {unit.id: index for index, unit in enumerate(units)}
    passed, counts = (held.passed_edge, held.passed_period), (len(instance.precedence), periods)
    yield from _entries("passed", passed, counts, amount=held.passed_amount)
    credit = (held.credit_demand, held.credit_unit, held.credit_period)
    belongs = _within([demand.units for demand in demands], place)
    odd = None
    for odd in _entries("credits", credit, (len(demands), len(units), periods), amount=held.credit_amount):
        yield odd
    if odd is None:
        for nth in np.flatnonzero(~np.isin(_pair(held.credit_demand, held.credit_unit, place), belongs)):
            unit, demand = units[held.credit_unit[nth]].id, demands[held.credit_demand[nth]].id
            yield f"credits[{nth}]", "a credit goes to a unit that is none of the demand's", unit, f"a unit of {demand}"
    yield from _turns(instance, held, place, belongs=belongs)


def _is_amount(numbers: Floats) -> NDArray[np.bool_]:
    """Where there is a number from 0 that sums have room for; false for NaN."""
    return (numbers >= 0) & (numbers <= MOST_NUMBER)


def _entries(
    name: str, places: tuple[Ints, ...], counts: tuple[int, ...], *, amount: Floats, least: int = 0
) -> Iterator[Refused]:
    """The same of entries, each a row of places and an amount; the first two places may be as low as `least`."""
    if any(one.shape != amount.shape or one.ndim != 1 or one.dtype.kind not in "iu" for one in places):
        yield name, "the columns are not whole numbers of one length", str([p.shape for p in places]), str(amount.shape)
        return
    for nth in np.flatnonzero(~_is_amount(amount)):
        yield f"{name}[{nth}]", "an amount is negative", number_text(amount[nth]), "a number from 0"
    for column, (held, count) in enumerate(zip(places, counts, strict=True)):
        for nth in np.flatnonzero((held < (least if column < 2 else 0)) | (held >= count)):
            yield f"{name}[{nth}]", "no such place", str(held[nth]), f"a place from 0 to {count - 1}"


def _turns(instance: Instance, held: Certificate, place: dict[str, int], *, belongs: Ints) -> Iterator[Refused]:
    """The same of turns: one who pays, and several that take turns before it in a conflict of one at a time."""
    demands, units, conflicts = instance.demands, instance.units, instance.conflicts
    where = (held.turn_demand, held.turn_unit, held.turn_conflict, held.turn_period)
    counts, odd = (len(demands), len(units), len(conflicts), instance.periods), None
    for odd in _entries("turns", where, counts, amount=held.turn_amount, least=-1):
        yield odd
    size, member, most = held.turn_size, held.turn_member, np.array([one.most for one in conflicts], np.int64)
    if odd is not None:
        return
    if size.shape != held.turn_amount.shape or {size.dtype.kind, member.dtype.kind} - {"i", "u"} or member.ndim != 1:
        yield "turns", "the columns are not whole numbers of one length", str(size.shape), str(held.turn_amount.shape)
        return
    if (size < 1).any() or size.sum() != len(member) or ((member < 0) | (member >= len(units))).any():
        yield "turns", "the units that take turns are not those counted", str(len(member)), f"{size.sum()} units"
        return
    of = np.repeat(np.arange(len(size)), size)
    by_demand = held.turn_demand[of] >= 0
    before = _within([(), *((b, a) for a, b in instance.precedence)], place, by_pair=True)
    twice = np.zeros(len(member), bool)
    order = np.lexsort((member, of))
    twice[order[1:]] = (np.diff(member[order]) == 0) & (np.diff(of[order]) == 0)
    stands = np.isin(_pair(held.turn_conflict[of], member, place), _within([c.units for c in conflicts], place))
    for wrong, text, expected in (
        ((held.turn_demand >= 0) == (held.turn_unit >= 0), "not one of both pays", "a demand, or a unit"),
        (most[held.turn_conflict] != 1, "its conflict lets several be under way at once", "a conflict of max 1"),
        (of[twice], "a unit takes two turns", "each once"),
        (of[~stands], "a unit is none of the conflict's", "one of its units"),
        (
            of[by_demand & ~np.isin(_pair(held.turn_demand[of], member, place), belongs)],
            "a unit is none of the demand's",
            "one of its units",
        ),
        (
            of[~by_demand & ~np.isin(_pair(held.turn_unit[of], member, place), before)],
            "a unit takes a turn before one that does not wait for it",
            "a unit that it waits for",
        ),
    ):
        for nth in np.unique(np.flatnonzero(wrong) if wrong.dtype == bool else wrong):
            yield f"turns[{nth}]", text, "entry " + str(nth), expected


def _pair(first: Ints, second: Ints, place: dict[str, int]) -> Ints:
    """One number for each pair of a place and a unit."""
    return np.asarray(first.astype(np.int64) * max(1, len(place)) + second)


def _within(groups: Sequence[tuple[str, ...]], place: dict[str, int], by_pair: bool = False) -> Ints:
    """The pairs of each group and its units; or, `by_pair`, of each group's first unit and its second."""
    if by_pair:
        pairs = np.array([(place[a], place[b]) for a, b in groups[1:]], np.int64).reshape(-1, 2)
        return _pair(pairs[:, 0], pairs[:, 1], place)
    of = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    return _pair(of, np.array([place[name] for group in groups for name in group], np.int64), place)
