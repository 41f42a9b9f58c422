"""The packs at hand: loading them, checking them, and finding the rules that an id names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from provenet.core.errors import Fault, FaultList, PackRefused
from provenet.core.ids import fold
from provenet.policy.logic import pack_faults
from provenet.policy.pack import Pack, Rule, parse_pack
from provenet.policy.terms import Lexicon
from provenet.policy.wordlists import lexicon


@dataclass(frozen=True)
class Selection:
    """Rules asked together. `alone`: one rule asked by its own id."""

    pack: Pack
    rules: tuple[Rule, ...]
    alone: bool


@dataclass
class Packs:
    """The packs at hand, looked up by the id of a pack, a policy or a rule."""

    packs: dict[str, Pack] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _found: dict[str, Selection] = field(default_factory=dict)
    _loosely: dict[str, Selection] = field(default_factory=dict)

    def find(self, policy_id: str) -> Selection | None:
        """The rules an id names: a pack whole, a policy's rules, or one rule; None where nothing has that id."""
        exact = self._found.get(policy_id.strip().casefold())
        return exact or self._loosely.get(fold(policy_id))

    def ids(self) -> list[str]:
        """Every id that can be asked for."""
        named: set[str] = set()
        for pack in self.packs.values():
            named |= {pack.id} | {r.id for r in pack.rules} | {r.policy for r in pack.rules}
        return sorted(named)

    def index(self, ordered: Sequence[Pack]) -> None:
        """Takes packs in order of precedence: the first that claims an id keeps it."""
        for pack in ordered:
            self.packs[pack.id] = pack
        for pack in ordered:
            self._claim(pack.id, Selection(pack, pack.rules, alone=False))
        for pack in ordered:
            groups: dict[str, list[Rule]] = {}
            for rule in pack.rules:
                groups.setdefault(rule.policy, []).append(rule)
            for policy, rules in groups.items():
                alone = len(rules) == 1 and rules[0].id.casefold() == policy.casefold()
                self._claim(policy, Selection(pack, tuple(rules), alone))
            for rule in pack.rules:
                self._claim(rule.id, Selection(pack, (rule,), alone=True))

    def _claim(self, name: str, selection: Selection) -> None:
        self._found.setdefault(name.casefold(), selection)
        self._loosely.setdefault(fold(name), selection)


def load_packs(directories: Sequence[Path] = ()) -> Packs:
    """The bundled packs and those of directories (`*.yml`, `*.yaml`), checked; a pack or id of a directory wins over
    a bundled one, which is noted. Raises PackRefused with every fault of every file. Cost O(bytes + rules^2)."""
    words = lexicon()
    faults = FaultList()
    added: list[Pack] = []
    for directory in directories:
        added += _read(sorted(_files(directory, faults)), words, faults)
    bundled = _read(_bundled_files(), words, faults)
    _duplicates(added, faults)
    for pack in (*added, *bundled):
        faults.extend(pack_faults(pack))
    if faults.count:
        raise PackRefused(faults.faults, faults.count)
    packs = Packs()
    taken = {fold(p.id) for p in added}
    for pack in bundled:
        if fold(pack.id) in taken:
            packs.notes.append(f"The pack {pack.id} given in a directory takes the place of the bundled one.")
    packs.index([*added, *(p for p in bundled if fold(p.id) not in taken)])
    return packs


def _bundled_files() -> list[tuple[str, bytes]]:
    folder = resources.files("provenet").joinpath("policy", "policies")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yml"))
    return [(name, folder.joinpath(name).read_bytes()) for name in names]


def _files(directory: Path, faults: FaultList) -> list[tuple[str, bytes]]:
    if directory.is_file():
        return [(directory.name, directory.read_bytes())]
    if not directory.is_dir():
        faults.add(Fault(str(directory), "no such folder of rule packs", expected="a folder that holds .yml files"))
        return []
    paths = sorted(p for p in directory.iterdir() if p.suffix in {".yml", ".yaml"} and p.is_file())
    if not paths:
        faults.add(Fault(str(directory), "the folder holds no rule pack", expected="files that end in .yml or .yaml"))
    return [(path.name, path.read_bytes()) for path in paths]


def _read(files: Iterable[tuple[str, bytes]], words: Lexicon, faults: FaultList) -> list[Pack]:
    made = (parse_pack(name, data, words, faults) for name, data in files)
    return [pack for pack in made if pack is not None]


def _duplicates(packs: Sequence[Pack], faults: FaultList) -> None:
    """Among added packs, an id of a pack or rule stands once."""
    seen: dict[str, tuple[int, str]] = {}
    for at, pack in enumerate(packs):
        ids = [("pack", pack.id, 1), *(("rule", rule.id, rule.line) for rule in pack.rules)]
        for what, name, line in ids:
            place = f"{pack.place} line {line}"
            key = f"{what} {name.casefold()}"
            first_at, first = seen.setdefault(key, (at, place))
            if first_at != at:
                faults.add(
                    Fault(
                        place,
                        f"the {what} stands twice",
                        found=name,
                        expected=f"one (the first is at {first})",
                    )
                )
