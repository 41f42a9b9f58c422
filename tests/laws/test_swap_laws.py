"""Laws of swaps, beside a plain reckoning of every corner: what contracts may have moved since the day of a share."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations_with_replacement, product

from hypothesis import given
from hypothesis import strategies as st

from provenet.dependence.intervals import ONE, Bound
from provenet.dependence.whole import Share, Swap, Whole
from unit.dependence.dependence_tables import contract, ends, figures, merger, only, pick, share, weight

NAMES = ("a", "b", "c", "d", "rest")
UNITS = 4
UNIT = Fraction(1, UNITS)
Split = Mapping[str, int]
SPLITS = [
    {name: some.count(name) for name in NAMES} for some in combinations_with_replacement(NAMES, UNITS)
]  # who has each fourth of the whole


def mass(split: Split, some: frozenset[str], complement: bool = False) -> int:
    return sum(count for name, count in split.items() if (name in some) != complement)


def since(split: Split, swap: Swap) -> Iterator[Split]:
    """Every split that comes of one by moving some of what the old vendors have."""
    takers = sorted(swap.new) or NAMES
    old = sorted(swap.old)
    for gone in product(*(range(split[name] + 1) for name in old)):
        if sum(gone) * UNIT <= swap.most:
            for given_to in combinations_with_replacement(takers, sum(gone)):
                left = {**split, **{name: split[name] - count for name, count in zip(old, gone, strict=True)}}
                yield {name: left[name] + given_to.count(name) for name in NAMES}


SETS = st.frozensets(st.sampled_from(NAMES[:4]), min_size=1)
SWAPS = st.builds(
    Swap,
    old=SETS,
    new=st.frozensets(st.sampled_from(NAMES[:4])),
    most=st.integers(0, UNITS).map(lambda count: count * UNIT),
    refs=st.just(("procurement:p",)),
    says=st.just(""),
)


@st.composite
def shares_of_single_vendors(draw: st.DrawFn) -> tuple[list[Share], list[Split]]:
    """Shares that are true of some split, and all splits that they allow."""
    split, made = draw(st.sampled_from(SPLITS)), []
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES[:4]), min_size=1, max_size=3, unique=True))):
        low, high = draw(st.integers(0, split[name])), draw(st.integers(split[name], UNITS))
        made.append(Share(f"m:{number}", frozenset([name]), False, Bound(low * UNIT, high * UNIT)))
    ends = [(min(share.vendors), share.bound.low * UNITS, share.bound.high * UNITS) for share in made]
    return made, [one for one in SPLITS if all(low <= one[name] <= high for name, low, high in ends)]


@given(shares_of_single_vendors(), SWAPS, SETS, st.booleans())
def test_of_shares_of_single_vendors_each_end_is_a_corner(
    case: tuple[list[Share], list[Split]], swap: Swap, some: frozenset[str], complement: bool
) -> None:
    """There the corners lie on the grid, so both reckonings agree in each end."""
    shares, splits = case
    found = [mass(then, some, complement) * UNIT for one in splits for then in since(one, swap)]
    bound = Whole(shares, swap=swap).share_of(some, complement=complement)
    assert (bound.low, bound.high) == (min(found), max(found))


YEARS = ("2021", "2023", "2025")
EVENTS = st.tuples(
    st.sampled_from(["north", "south", None]),
    st.sampled_from([*YEARS, None]),
    st.sampled_from(["beta", "gamma", ""]),
    st.sampled_from([None, 0.1]),
    st.sampled_from(["RAN", "5G RAN", "core", "whole network"]),
)


@given(
    st.lists(st.tuples(st.integers(0, UNITS), st.sampled_from(YEARS)), min_size=2, max_size=2),
    st.lists(EVENTS, max_size=3),
)
def test_shares_of_carriers_and_of_the_country_fall_by_what_contracts_may_have_moved(
    held: list[tuple[int, str]], events: list[tuple[str | None, str | None, str, float | None, str]]
) -> None:
    """Alpha's low end by a plain sum over contracts that may be later, by carrier and of a published whole alike."""
    sizes = {"north": Fraction(1, 2), "south": Fraction(3, 10)}
    parts = {carrier: (Fraction(count, UNITS), year) for carrier, (count, year) in zip(sizes, held, strict=True)}
    rows = [share("alpha", str(float(part * 100)), carrier=one, as_of=year) for one, (part, year) in parts.items()]
    rows.append(share("alpha", "75", as_of="2022"))
    made = figures(
        packs=(),
        market_share=rows,
        carrier_share=[weight(one, str(float(size * 100))) for one, size in sizes.items()],
        procurement=[
            contract(whose, taker, "alpha", day=year, most=most, segment=segment)
            for whose, year, taker, most, segment in events
        ],
    )["vendor_share"]

    def moved(carrier: str, year: str) -> Fraction:
        parts = (
            Fraction(1) if most is None else Fraction(str(most))
            for whose, day, _, most, segment in events
            if whose in (carrier, None) and segment != "core" and (day is None or day >= year)
        )
        return min(ONE, sum(parts, Fraction(0)))

    least = {one: max(Fraction(0), part - moved(one, year)) for one, (part, year) in parts.items()}
    for carrier, (part, _) in parts.items():
        row = only(made, carrier_id=carrier, vendor_ids=["alpha"], method="published")
        assert ends(row) == (float(least[carrier]), float(part))
        assert (
            ("procurement:" in "".join(row["inputs"]))
            == (least[carrier] < part)
            == ("older than a contract" in row["label"])
        )
    country = only(made, carrier_id=None, vendor_ids=["alpha"], method="published")
    gone = (
        ONE
        if moved("nobody", "2022") == ONE
        else sum((size * moved(one, "2022") for one, size in sizes.items()), Fraction(0))
    )
    gone = min(ONE, gone)
    assert (
        country["high_share"] == 0.75 and country["low_share"] <= float(max(Fraction(0), Fraction(3, 4) - gone)) + 1e-12
    )
    if not any(whose is None for whose, *_ in events):
        assert country["low_share"] == round(float(max(Fraction(0), Fraction(3, 4) - gone)), 12)
    for row in pick(made, vendor_ids=["alpha"], method="bounds"):
        wanted = sum((size * least[one] for one, size in sizes.items()), Fraction(0))
        assert row["low_share"] == round(float(wanted), 12)
        assert row["high_share"] == round(float(sum(sizes[one] * parts[one][0] for one in sizes) + Fraction(1, 5)), 12)


def test_a_newer_share_says_how_far_a_swap_went_and_the_older_stands_as_one_of_its_day() -> None:
    rows = [share("alpha", "80", carrier="north", as_of=year) for year in ("2022", "2025")]
    swap = contract("north", "beta", "alpha", day="2023")
    found = figures(packs=(), market_share=rows, procurement=[swap])["vendor_share"]
    made = pick(found, vendor_ids=["alpha"], method="published")
    assert [(row["newest"], ends(row)) for row in sorted(made, key=lambda row: row["as_of"])] == [
        (False, (0.8, 0.8)),
        (True, (0.8, 0.8)),
    ]


def test_a_contract_of_whoever_a_carrier_became_part_of_reaches_its_shares() -> None:
    swap = contract("south", "beta", "alpha")
    for joined, low in ((True, 0.0), (False, 0.8)):
        made = figures(
            packs=(),
            market_share=[share("alpha", "80", carrier="north")],
            procurement=[swap],
            succession=[merger("north", "south")] if joined else [],
        )
        assert ends(only(made["vendor_share"], vendor_ids=["alpha"], complement=False)) == (low, 0.8)
