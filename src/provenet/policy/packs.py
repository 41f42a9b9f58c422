"""The packs at hand: loading them, checking them, finding the rules that an id names, and which of them bind a country.

A policy binds a country if its pack belongs to one of the country's jurisdictions and is no proposal. Laws, contracts
and the government's advice all bind in this sense, each with its force on the page; a proposal is asked about and has
no effect until it is law; an example belongs to no jurisdiction and binds nobody. Binding does not depend on the day:
a pack of which no rule is in force yet still binds, and says "no rule in force". The day chooses among its rules.

A pack about transactions alone (acquisitions, resolutions) says nothing of equipment: it binds, and `policies` leaves
it out, so that no page shows its "clear" beside a vendor. It can be asked by name. So can a coarser reading of an
instrument (`reading_of`), which counts only where the fuller one is not at hand: one law is one policy.

Any pack, policy or rule counts that is at hand, for one country at a time. A name whose pack is not at hand binds:
somebody asked it for that country, and nothing shows that it is foreign. A country without listed jurisdictions has its
ISO code as its jurisdiction. A pack names a jurisdiction by the code or the name of a country (`UK`, `GB` and `United
Kingdom` are one), and may name the countries that a jurisdiction of several reaches (`countries`). Source: own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from importlib import resources
from pathlib import Path

from provenet.core import wording
from provenet.core.countries import countries
from provenet.core.errors import Fault, FaultList, PackRefused
from provenet.core.grouping import grouped
from provenet.core.ids import fold
from provenet.core.names import letters_off, near_names
from provenet.core.tri import Tri, tri_all
from provenet.core.when import Span
from provenet.policy.logic import RuleQuestion, review_pack
from provenet.policy.pack import Pack, Rule, pack_words, parse_pack
from provenet.policy.terms import AxisTest, Node, conjuncts
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
        return self._found.get(policy_id.strip().casefold()) or self._loosely.get(fold(policy_id))

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
            for rules in grouped((fold(rule.policy), rule) for rule in pack.rules).values():
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
        for what, name, line in [("pack", pack.id, 1), *(("rule", rule.id, rule.line) for rule in pack.rules)]:
            place = f"{pack.place} line {line}"
            first_at, first = seen.setdefault(f"{what} {name.casefold()}", (at, place))
            if first_at != at:
                faults.add(
                    Fault(place, f"the {what} appears twice", found=name, expected=f"one (the first is at {first})")
                )


PROPOSAL = "proposal"


@dataclass(frozen=True)
class Binding:
    """Some packs, and the jurisdictions of each country by its name, its own first."""

    packs: Packs
    jurisdictions: Mapping[str, Sequence[str]]

    def jurisdictions_of(self, country: str) -> tuple[str, ...]:
        """The jurisdictions whose policies reach a country, its own first; its ISO code where none are listed."""
        listed = self.jurisdictions.get(country)
        if listed is not None:
            return tuple(listed)
        code = countries().code(country)
        return (code,) if code else ()

    def countries_of(self, name: str, among: Iterable[str]) -> list[str]:
        """The countries that a pack, policy or rule is of, proposals included, in the order given."""
        pack = self._pack(name)
        return [] if pack is None else [one for one in among if self._is_of(pack, one)]

    def binds(self, name: str, country: str) -> bool:
        """Whether a pack, policy or rule binds a country; one that is not at hand does."""
        pack = self._pack(name)
        return pack is None or (pack.force != PROPOSAL and self._is_of(pack, country))

    def policies(self, country: str) -> list[str]:
        """The ids of the packs at hand that bind a country and reach equipment, in the order of the packs.

        Of two readings of one instrument the fuller counts, where both are at hand.
        """
        return [
            name
            for name, pack in self.packs.packs.items()
            if self.binds(name, country) and reaches_equipment(pack) and not self._has_fuller_reading(pack)
        ]

    def rules(self, country: str, as_of: date, known: date | None = None) -> list[Rule]:
        """The rules that bind a country on a day, as known on another (None: all): what `policies` has in force.

        A rule counts whose first or last day is known to a month or year only, where that leaves the day open.
        """
        return [rule for name in self.policies(country) for rule in in_force(self.packs.packs[name], as_of, known)]

    def _has_fuller_reading(self, pack: Pack) -> bool:
        return fold(pack.reading_of) in {fold(one) for one in self.packs.packs} if pack.reading_of else False

    def _pack(self, name: str) -> Pack | None:
        found = self.packs.find(name)
        return None if found is None else found.pack

    def _is_of(self, pack: Pack, country: str) -> bool:
        """Whether a pack is of a jurisdiction of a country, however spelled, or names the country itself."""
        if countries().code(country) in pack.countries:
            return True
        places = {_place(word) for word in self.jurisdictions_of(country)}
        return bool(pack.jurisdiction) and _place(pack.jurisdiction) in places


def _place(jurisdiction: str) -> str:
    """A jurisdiction as others are compared with it: a country by its code, whatever it is called."""
    return countries().code(jurisdiction) or fold(jurisdiction)


def reaches_equipment(pack: Pack) -> bool:
    """Whether some rule of a pack may reach an element; one whose asset class is `none` is about a transaction."""
    return any(all(not _is_of_none(part) for part in conjuncts(rule.when)) for rule in pack.rules)


def _is_of_none(part: Node) -> bool:
    return isinstance(part, AxisTest) and part.axis == "asset_class" and part.values == (("none",),)


def in_force(pack: Pack, as_of: date, known: date | None = None) -> list[Rule]:
    """The rules of a pack that are in force on a day, or may be, as known on another (None: all)."""
    return [rule for rule in pack.rules if rule_in_force(rule, as_of, known, adopted=pack.adopted) is not False]


def rule_in_force(rule: Rule, as_of: date, known: date | None = None, *, adopted: date | None = None) -> Tri:
    """Whether a rule is in force on a day, [from, to); unknown inside an end that is known to a month or year only.
    With `known`, a rule not yet adopted by then (its adoption, the pack's, else its first day) is not in force."""
    if adopted_after(rule, known, adopted):
        return False
    return tri_all((_reached(rule.starts, as_of, None), _before_end(rule.ends, as_of)))


def adopted_after(rule: Rule, known: date | None, adopted: date | None) -> bool:
    """Whether a rule was adopted after the day known: its own day, its pack's `adopted`, else its first day."""
    day = rule.adopted or adopted or (rule.starts.high if rule.starts else None)
    return known is not None and day is not None and day > known


def _reached(start: Span | None, day: date, default: Tri) -> Tri:
    if start is None or start.low is None or start.high is None:
        return True if start is None else default
    return True if day >= start.high else False if day < start.low else None


def _before_end(end: Span | None, day: date) -> Tri:
    if end is None or end.low is None or end.high is None:
        return True
    return True if day < end.low else False if day >= end.high else None
