"""The packs at hand: loading them, checking them, and finding the rules that an id names."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path

from provenet.core import wording
from provenet.core.errors import Fault, FaultList, PackRefused
from provenet.core.ids import fold
from provenet.core.names import letters_off, near_names
from provenet.policy.logic import RuleQuestion, review_pack
from provenet.policy.pack import Pack, Rule, pack_words, parse_pack
from provenet.policy.wordlists import KnownWords, table_words


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
    undecided: dict[str, tuple[RuleQuestion, ...]] = field(default_factory=dict)
    readers: dict[int, object] = field(default_factory=dict, compare=False)
    """What readers of worked cases have learnt of a selection, by its identity; the packs hold the selection."""
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
                groups.setdefault(fold(rule.policy), []).append(rule)
            for rules in groups.values():
                policy = rules[0].policy
                alone = len(rules) == 1 and rules[0].id.casefold() == policy.casefold()
                self._claim(policy, Selection(pack, tuple(rules), alone))
            for rule in pack.rules:
                self._claim(rule.id, Selection(pack, (rule,), alone=True))

    def _claim(self, name: str, selection: Selection) -> None:
        self._found.setdefault(name.casefold(), selection)
        self._loosely.setdefault(fold(name), selection)


def load_packs(
    directories: Sequence[Path] = (),
    known: Mapping[str, Iterable[str]] | None = None,
    *,
    own: Sequence[tuple[str, bytes]] = (),
    issuer_id: Callable[[str], str] = str,
) -> Packs:
    """The bundled packs, those of directories (`*.yml`, `*.yaml`), and a case's own, checked.

    Of packs with one id a case's own counts, else the one of a directory, else the bundled one; so of the ids of
    policies and rules. Cost O(bytes + rules^2).

    Parameters
    ----------
    directories
        Folders of packs, or single files.
    known
        Words that a case adds to those of the bundled tables and packs, by kind (see `wordlists`).
    own
        Name and bytes of each pack that a case holds itself.
    issuer_id
        The id of the party that an issuer of an added pack means, since a pack may name it.

    Returns
    -------
    Packs
        With a note for each pack that another took the place of and each pack of which some question was not decided.

    Raises
    ------
    PackRefused
        With every fault of every file.
    """
    faults = FaultList()
    bundled = _bundled()
    words = bundled.words.more(known or {}) if directories or own else bundled.words
    first = _read(own, faults, words)
    firsts = {fold(pack.id) for pack in first}
    beside: list[Pack] = []
    for directory in directories:
        beside += _read(sorted(_files(directory, faults)), faults, words)
    added = [*first, *(pack for pack in beside if fold(pack.id) not in firsts)]
    added = [replace(pack, issuer=issuer_id(pack.issuer)) if pack.issuer else pack for pack in added]
    _duplicates(added, faults)
    reviewed = _reviewed(added, faults)
    faults.extend(bundled.faults)
    if faults.count:
        raise PackRefused(faults.faults, faults.count)
    taken = {fold(pack.id) for pack in added}
    others = [pack for pack in bundled.packs if fold(pack.id) not in taken]
    packs = Packs()
    packs.undecided = {**reviewed, **{pack.id: bundled.undecided[pack.id] for pack in others}}
    packs.notes = [
        _replaced_note(pack, bundled.packs, "of the case" if fold(pack.id) in firsts else "from a folder")
        for pack in added
        if _replaces(pack, bundled.packs)
    ]
    packs.notes += [note for pack in added if (note := _near_note(pack, bundled.packs))]
    packs.notes += [
        f"The pack {pack.id} of the case replaces the one from a folder." for pack in beside if fold(pack.id) in firsts
    ]
    packs.notes += [_undecided_note(name, questions) for name, questions in packs.undecided.items() if questions]
    packs.index([*added, *others])
    return packs


@dataclass(frozen=True)
class _Bundled:
    packs: tuple[Pack, ...]
    undecided: dict[str, tuple[RuleQuestion, ...]]
    faults: tuple[Fault, ...]
    words: KnownWords


@lru_cache(maxsize=1)
def _bundled() -> _Bundled:
    """The packs that the product brings, read and reviewed once: they cannot change while it runs."""
    folder = resources.files("provenet").joinpath("policy", "policies")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yml"))
    faults = FaultList()
    packs = _read([(name, folder.joinpath(name).read_bytes()) for name in names], faults, table_words())
    undecided = _reviewed(packs, faults)
    return _Bundled(tuple(packs), undecided, tuple(faults.faults), table_words().more(pack_words(packs)).closed())


def known_words() -> KnownWords:
    """The words of the bundled tables and packs."""
    return _bundled().words


def _reviewed(packs: Iterable[Pack], faults: FaultList) -> dict[str, tuple[RuleQuestion, ...]]:
    """What could not be decided of each pack; its faults are added."""
    undecided = {}
    for pack in packs:
        review = review_pack(pack)
        faults.extend(review.faults)
        undecided[pack.id] = tuple(review.undecided)
    return undecided


def _replaces(pack: Pack, bundled: Iterable[Pack]) -> bool:
    return fold(pack.id) in {fold(one.id) for one in bundled}


def _replaced_note(pack: Pack, bundled: Iterable[Pack], place: str) -> str:
    """That a pack takes the place of the bundled one, and which ids of that one mean nothing any more."""
    (other,) = (one for one in bundled if fold(one.id) == fold(pack.id))
    kept = {fold(name) for rule in pack.rules for name in (rule.id, rule.policy)}
    lost = dict.fromkeys(name for rule in other.rules for name in (rule.policy, rule.id) if fold(name) not in kept)
    without = f" It has no {wording.series(_first_few(list(lost)), 'and')}." if lost else ""
    return f"The pack {other.id} {place} replaces the bundled one.{without}"


def _first_few(names: Sequence[str]) -> list[str]:
    """At most five names, and how many more there are."""
    more = [f"{len(names) - 4:,} more"] if len(names) > 5 else []
    return [*names[: 4 if more else 5], *more]


def _near_note(pack: Pack, bundled: Sequence[Pack]) -> str | None:
    """That a pack stands beside a bundled one whose id lies near its own."""
    if _replaces(pack, bundled):
        return None
    near = near_names(pack.id, [one.id for one in bundled], fold) or [
        one.id for one in bundled if letters_off(fold(pack.id), fold(one.id), 1)
    ]
    return f"The pack {pack.id} stands beside the bundled {near[0]}, and replaces no pack." if near else None


def _undecided_note(name: str, questions: Sequence[RuleQuestion]) -> str:
    more = f", and {len(questions) - 1:,} more" if len(questions) > 1 else ""
    return (
        f"The pack {name} was not checked whole. {questions[0].undecided()}{more}."
        " Where two such rules do hold together, the answer is undetermined."
    )


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


def _read(files: Iterable[tuple[str, bytes]], faults: FaultList, words: KnownWords) -> list[Pack]:
    made = (parse_pack(name, data, faults, words=words) for name, data in files)
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
                        f"the {what} appears twice",
                        found=name,
                        expected=f"one (the first is at {first})",
                    )
                )
