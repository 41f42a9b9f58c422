"""Certificates of a plan: read and written, as JSON inside the plan or as arrays in a file beside it, and sealed."""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

import numpy as np

from provenet.core.digest import canonical_json, sha256_bytes
from provenet.core.errors import Fault, FaultList, InputFault
from provenet.forms.schedule import CERTIFICATE_FORM, MOST_NUMBER, Certificate, Instance, PlanFile, Unit

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
    fields: dict[str, object] = {
        "status": plan.status,
        "objective": plan.objective,
        "bound": plan.bound,
        "gap_share": plan.gap_share,
        "proof": plan.proof,
        "seconds": plan.seconds,
    }
    fields = {key: value for key, value in fields.items() if key not in plan.absent}
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
            for key in ("form", "proves", *SEAL, *_PRICES, *_AMOUNTS, *_WHOLE):
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
        found = f"form {form}, proves {held['proves']}"
        expected = f"form {CERTIFICATE_FORM}, proves bound or infeasible"
        way_out = "Read it with the release that wrote it."
        raise InputFault([Fault(name, "another form of certificate", found=found, expected=expected, way_out=way_out)])
    return Certificate(**held)


def _refuse_others(name: str, packed: zipfile.ZipFile, faults: FaultList) -> None:
    size = sum(info.file_size for info in packed.infolist())
    if size > MOST_UNPACKED_BYTES:
        expected = f"at most {MOST_UNPACKED_BYTES:,} bytes"
        faults.add(
            Fault(
                name,
                "the certificate is too large",
                found=f"{size:,} bytes unpacked",
                expected=expected,
                way_out="Leave entries of zero out of it.",
            )
        )
    known = {key + ".npy" for key in ("form", "proves", *SEAL, *_PRICES, *_AMOUNTS, *_WHOLE)}
    found = sorted(packed.namelist())
    if found != sorted(known):
        odd = ", ".join(sorted(set(found) ^ known)) or "an array twice"
        faults.add(
            Fault(
                name,
                "the arrays are not those of a certificate",
                found=odd,
                expected=", ".join(sorted(known)),
                way_out="See docs/schedule.md.",
            )
        )


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
