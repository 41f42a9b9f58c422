"""Laws of dependence: intervals hold the truth, learning narrows, parts sum to 1, names do not matter."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.dependence.intervals import UNKNOWN, Bound, hull_of, weighted
from provenet.dependence.outcomes import PolicyVerdicts
from provenet.dependence.parts import masses_of
from provenet.dependence.whole import Share, Swap, Whole
from support.examples import examples
from unit.dependence.dependence_tables import asset, deployed, figures, parties, rides, share, site, verdict, weight

NAMES = ("a", "b", "c", "d")
UNIT = Fraction(1, 20)


@st.composite
def bounds(draw, around=None):
    """An interval on the grid of twentieths, open or not; around a value where one is given."""
    value = draw(st.integers(0, 20)) if around is None else around
    low = draw(st.integers(0, value))
    high = draw(st.integers(value, 20))
    low_open = draw(st.booleans()) and low < value
    high_open = draw(st.booleans()) and high > value
    return Bound(low * UNIT, high * UNIT, low_open, high_open)


@st.composite
def splits(draw):
    """A true split of a whole into twentieths over four vendors and everybody else."""
    cuts = sorted(draw(st.lists(st.integers(0, 20), min_size=4, max_size=4)))
    return dict(zip((*NAMES, "rest"), (b - a for a, b in zip([0, *cuts], [*cuts, 20], strict=True)), strict=True))


@st.composite
def true_shares(draw):
    """A true split, and shares of sets that are true of it."""
    split = draw(splits())
    made = []
    for number in range(draw(st.integers(1, 4))):
        vendors = draw(st.sets(st.sampled_from(NAMES), min_size=1))
        complement = draw(st.booleans())
        value = sum(count for name, count in split.items() if (name in vendors) != complement)
        made.append(Share(f"m:{number}", frozenset(vendors), complement, draw(bounds(around=value))))
    return split, made


def holds(bound, value):
    above = bound.low < value or (bound.low == value and not bound.low_open)
    return above and (value < bound.high or (value == bound.high and not bound.high_open))


@st.composite
def swapped_shares(draw):
    """A true split, shares of it, contracts that may be later, and what became of the split."""
    split, shares = draw(true_shares())
    old, new = draw(st.sets(st.sampled_from(NAMES))), draw(st.sets(st.sampled_from(NAMES)))
    then = dict(split)
    for name in sorted(old):
        gone = draw(st.integers(0, split[name]))
        then[name] -= gone
        then[draw(st.sampled_from(sorted(new) or [*NAMES, "rest"]))] += gone
    gone = sum(max(0, split[name] - then[name]) for name in NAMES)
    most = draw(st.integers(min(20, gone + sum(split[name] for name in old & new)), 20))
    return then, shares, Swap(frozenset(old), frozenset(new), most * UNIT, (), "") if old else None


@given(swapped_shares(), st.sets(st.sampled_from(NAMES), min_size=1), st.booleans())
def test_the_implied_interval_holds_the_truth_also_after_a_swap(case, asked, complement):
    split, shares, swap = case
    truth = UNIT * sum(count for name, count in split.items() if (name in asked) != complement)
    whole = Whole(shares, swap=swap)
    bound = whole.share_of(asked, complement=complement)
    assert holds(bound, truth) and whole.published.share_of(asked, complement=complement).within(bound)
    assert whole.share_of(asked, complement=not complement) == bound.rest()


@given(true_shares())
def test_implied_lies_inside_published_and_its_rest_mirrors_it(case):
    _, shares = case
    whole = Whole(shares)
    for some in shares:
        found = whole.share_of(some.vendors, complement=some.complement)
        assert found.within(some.bound)
        assert whole.share_of(some.vendors, complement=not some.complement) == found.rest()


@given(true_shares(), st.sampled_from(NAMES))
def test_one_more_share_only_narrows(case, asked):
    _, shares = case
    assert Whole(shares).share_of([asked]).within(Whole(shares[:-1]).share_of([asked]))


@given(true_shares(), st.permutations(NAMES), st.permutations(range(4)), st.sampled_from(NAMES))
def test_renaming_vendors_and_reordering_rows_changes_no_number(case, names, order, asked):
    _, shares = case
    to = dict(zip(NAMES, names, strict=True))
    renamed = [Share(f"x:{order[i % 4]}{i}", frozenset(to[v] for v in s.vendors), s.complement, s.bound)
               for i, s in enumerate(shares)]  # fmt: skip
    assert Whole(reversed(renamed)).share_of([to[asked]]) == Whole(shares).share_of([asked])


@given(st.lists(st.tuples(st.integers(0, 20), bounds()), max_size=5), st.randoms())
def test_a_weighted_interval_holds_every_country_it_may_be(legs, random):
    """Any weights at least as large as known, any shares inside their intervals: the sum lies inside."""
    scale = Fraction(1, max(20, sum(w for w, _ in legs)))
    found = weighted([(w * scale, bound) for w, bound in legs])
    total = sum((w * scale for w, _ in legs), Fraction(0))
    value = Fraction(0)
    for w, bound in legs:
        middle = bound.low + (bound.high - bound.low) * Fraction(random.randint(1, 9), 10)
        value += w * scale * (middle if bound.low < bound.high else bound.low)
    assert holds(found, value + (1 - total) * Fraction(random.randint(0, 10), 10))


@given(st.lists(bounds(), min_size=1, max_size=4), bounds())
def test_a_hull_holds_its_members_and_narrows_with_them(some, other):
    hull = hull_of(some)
    assert all(bound.within(hull) for bound in some)
    assert hull.within(hull_of([*some, other]))
    assert hull.within(UNKNOWN)
    met = hull.meet(other)
    assert met is None or (met.within(hull) and met.within(other))


OUTCOMES = ("restricted", "clear", "conditional", "undetermined")
VENDORS = ("alpha", "beta", "gamma", "delta")


@settings(max_examples=examples(25), deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(VENDORS), st.booleans(), st.integers(1, 9)), min_size=1, max_size=6),
    st.lists(st.sampled_from(OUTCOMES), min_size=4, max_size=4),
    st.data(),
)
def test_learning_a_vendor_of_an_element_only_narrows_and_parts_sum_to_one(units, outcomes, data):
    verdicts = [verdict(v, outcome) for v, outcome in zip(VENDORS, outcomes, strict=True)]

    def split(known):
        rows = [
            asset(f"a{i}", "north", v if k else None, n)
            for i, ((v, _, n), k) in enumerate(zip(units, known, strict=True))
        ]
        found = [r for r in figures(asset=rows, verdict=verdicts)["vendor_share"] if r["method"] == "parts"]
        mine = [r for r in found if r["carrier_id"] == "north"]
        assert abs(sum(r["low_share"] for r in mine) - 1) < 1e-9
        return {r["part"]: (r["low_share"], r["high_share"]) for r in mine if r["part"] != "unknown"}

    before = [known for _, known, _ in units]
    learnt = data.draw(st.integers(0, len(units) - 1))
    after = [known or at == learnt for at, known in enumerate(before)]
    old, new = split(before), split(after)
    for part in ("restricted", "clear"):
        assert old[part][0] <= new[part][0] + 1e-9
        assert new[part][1] <= old[part][1] + 1e-9


@settings(max_examples=examples(25), deadline=None)
@given(
    splits(), st.lists(st.sampled_from(OUTCOMES), min_size=4, max_size=4), st.sets(st.sampled_from(VENDORS), max_size=3)
)
def test_a_published_split_of_a_set_only_narrows_the_parts(split, outcomes, together):
    verdicts = [verdict(v, outcome) for v, outcome in zip(VENDORS, outcomes, strict=True)]
    percents = dict(zip(VENDORS, (5 * split[n] for n in NAMES), strict=True))
    apart = [share(v, str(p)) for v, p in percents.items() if v not in together]
    joined = [share("+".join(sorted(together)), str(sum(percents[v] for v in together)))] if together else []
    single = [share(v, str(percents[v])) for v in sorted(together)]

    def restricted(rows):
        found = [r for r in figures(market_share=rows, verdict=verdicts)["vendor_share"] if r["method"] == "parts"]
        mine = [r for r in found if r["asset_class"] == "ran" and r["part"] == "restricted"]
        assert len(mine) <= 1
        return (mine[0]["low_share"], mine[0]["high_share"]) if mine else (0.0, 1.0)

    coarse, fine = restricted(apart + joined), restricted(apart + joined + single)
    assert coarse[0] <= fine[0] + 1e-9
    assert fine[1] <= coarse[1] + 1e-9


RENAMED = {
    "alpha": "kappa", "beta": "alpha", "gamma": "beta", "delta": "omega", "huawei": "gamma", "zte": "huawei",
    "north": "zenith", "south": "north", "east": "aurora", "west": "south", "tower": "basis",
}  # fmt: skip
PLACES = {"Germany": "Japan", "DE": "JP", "CN": "SE", "AA": "CN", "BB": "DE", "CC": "BB", "country:CN": "country:SE"}


def renamed(value):
    if isinstance(value, dict):
        return {key: renamed(item) if key in _NAMING else item for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item) for item in value]
    return {**RENAMED, **PLACES}.get(value, value)


_NAMING = {"vendor_ids", "vendor_id", "carrier_id", "host_id", "carrier_ids", "party_id", "country", "geo"}


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=6, max_size=6), st.lists(st.sampled_from(OUTCOMES), min_size=3, max_size=3)
)
def test_renaming_parties_and_countries_renames_the_figures_and_changes_no_number(numbers, outcomes):
    one, two, three, four, five, six = map(str, numbers)
    world = {
        "market_share": [
            share("huawei+zte", one), share("alpha", two), share("country:CN", three, complement=True, as_of="2020"),
            share("huawei", four, carrier="north"), share("alpha", five, "about", carrier="south"),
        ],
        "carrier_share": [weight("north", four), weight("south", five), weight("east", six)],
        "deployment": [
            deployed("east", "alpha", "not used", presence="absent"), deployed("west", "beta", extent="sole"),
            deployed("south", "country:CN", complement=True, asset_class="core", segment="core"),
        ],
        "rides_on": [rides("north", "tower"), rides("south", "east", binding="preliminary")],
        "site": [site("camp"), site("fort", "south")],
        "asset": [asset("a1", "west", "beta", 2), asset("a2", "west", None, 1)],
        "verdict": [
            verdict("huawei", outcomes[0]),
            verdict("alpha", outcomes[1]),
            verdict("beta", outcomes[2], carrier="north"),
        ],
        "party": parties(),
    }  # fmt: skip
    mirror = {name: [renamed(row) for row in rows] for name, rows in world.items()}
    plain = _numbers(_ask("Germany", world))
    other = _numbers(_ask("Japan", mirror))
    assert sorted(map(str, map(renamed_key, plain))) == sorted(map(str, other))


def _ask(country, world):
    return figures(country=country, **world)


def _numbers(found):
    columns = (
        "low_share", "high_share", "low_open", "high_open", "coverage_share", "method", "part", "unknown_because",
        "low_hhi_points", "high_hhi_points",
    )  # fmt: skip
    made = []
    for table in ("vendor_share", "concentration", "common_failure", "site_dependence"):
        for row in found[table]:
            vendors = tuple(sorted(row.get("vendor_ids") or [row.get("vendor_id") or ""]))
            carriers = tuple(sorted(row.get("carrier_ids") or []))
            made.append(
                (table, vendors, row.get("carrier_id"), carriers, row["asset_class"], *(row.get(c) for c in columns))
            )
    return made


def renamed_key(key):
    table, vendors, carrier, carriers, *rest = key
    return (
        table,
        tuple(sorted(renamed(list(vendors)))),
        renamed(carrier),
        tuple(sorted(renamed(list(carriers)))),
        *rest,
    )


OUTCOMES = ("restricted", "clear", "conditional", "undetermined")


@given(true_shares(), st.lists(st.sampled_from(OUTCOMES), min_size=5, max_size=5), st.booleans())
def test_a_policy_that_names_its_vendors_leaves_nobody_else_restricted(case, outcomes, is_closed):
    """Each interval holds the truth, whoever the rest is; a policy that is clear of all, and of the rest, reads 0."""
    split, shares = case
    names = (*NAMES, "e")  # e stands in no share: the rest may be e, unless the policy is clear of it
    of = dict(zip(names, outcomes, strict=True))
    rows = tuple({"vendor_id": v, "carrier_id": None, "outcome": of[v], "verdict_id": v} for v in names)
    rest = ({"carrier_id": None, "outcome": "clear" if is_closed else "undetermined", "named_ids": [*names, "f"]},)
    policy = PolicyVerdicts(rows, "ran", "hardware", rest)
    found = masses_of(Whole(shares), policy, None)
    for stranger in ("clear", of["e"]) if is_closed else OUTCOMES:
        truth = UNIT * sum(count for v, count in split.items() if of.get(v, stranger) == "restricted")
        assert holds(found.interval("restricted"), truth)
        clear = UNIT * sum(count for v, count in split.items() if of.get(v, stranger) == "clear")
        assert holds(found.interval("clear"), clear)
    # f is named by a rule and has no verdict: only without it is the rest nobody.
    closed = ({**rest[0], "named_ids": list(names)},)
    if is_closed and set(outcomes) == {"clear"}:
        everybody = masses_of(Whole(shares), PolicyVerdicts(rows, "ran", "hardware", closed), None)
        assert everybody.interval("restricted") == Bound(Fraction(0), Fraction(0))
        assert everybody.interval("clear") == Bound(Fraction(1), Fraction(1))


@settings(max_examples=examples(100), deadline=None)
@given(true_shares(), true_shares(), st.sets(st.sampled_from(NAMES), min_size=2), st.integers(0, 20))
def test_the_share_of_a_group_holds_what_its_members_have_together(one, other, members, size):
    """Two carriers whose true splits are known: a group named by the call gets the interval of its union."""
    rows, truth = [], Fraction(0)
    for carrier, (split, shares), weighs in (("north", one, size), ("south", other, 20 - size)):
        truth += UNIT * weighs * UNIT * sum(split[name] for name in members)
        for some in shares:
            row = share("+".join(sorted(some.vendors)), "50", carrier=carrier, complement=some.complement)
            columns = some.bound.columns()
            rows.append({**row, **columns, "percent": None})
    group = frozenset(members)
    found = figures(
        (), market_share=rows, party=parties(dict.fromkeys(NAMES, "CN")), groups={group: "the group"},
        carrier_share=[weight("north", str(size * 5)), weight("south", str(100 - size * 5))],
    )["vendor_share"]  # fmt: skip
    for row in found:
        if row["method"] == "bounds" and set(row["vendor_ids"]) == members:
            bound = Bound.of(row["low_share"], row["high_share"], low_open=row["low_open"], high_open=row["high_open"])
            assert holds(bound, truth)
            assert row["label"].startswith("the group: ")
