"""How concentrated the vendors of one whole are: the Herfindahl-Hirschman index as an interval, every vendor alike.

The index is the sum of the squares of percentage shares: 10,000 is one vendor alone, five alike give 2,000. Published
shares leave a part open: the rest that nobody names, and how a set of vendors published together divides. The lower
end spreads the rest over vendors without number and a set evenly over its members; the upper end gives each to one
vendor, also to one that is named already unless a share of that vendor alone bounds it. So the interval holds the
index of every split that the shares allow. It says nothing of who owns whom: two vendors of one owner count as two.
Source of the measure: A. O. Hirschman, American Economic Review 54 (1964) 761. Interval: own, decision 0060.

Least and greatest sum of the squares of vendors' shares, over every split of a whole that its limits allow.

The mass of an atom may belong to one of its vendors or be spread over all of them: spread evenly over k it counts
mass^2 / k, spread over vendors without number it counts nothing, and held by one it counts mass^2.

- The least is a convex quadratic programme: the point of the polytope nearest to the origin, by Wolfe's method, each
  step an exact linear programme. Source: P. Wolfe, Math. Programming 11 (1976) 128-149.
- The greatest lies at a vertex. A chord over the range of each atom bounds its square from above; a range is split at
  the vertex that the chords favour until both agree. Source: J. E. Falk and R. M. Soland, Management Science 15
  (1969) 550-569.

Both are exact in fractions but for `TOLERANCE`, and err to the outside. Open ends count as attained.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from provenet.case.rows import ConcentrationRow
from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.dependence.carriers import Carriers, carriers_of, measures_text, segments
from provenet.dependence.intervals import ONE, ZERO, Bound, share_value
from provenet.dependence.question import DependenceQuestion, newest_first
from provenet.dependence.shares import STEM, PublishedWhole, WholeColumns, published_wholes, shares_text
from provenet.dependence.whole import ShareLimit, Tableau, Whole

SCALE = 10_000
"""Points of one vendor alone."""

Ends = tuple[Fraction, Fraction]


def index_of(whole: Whole) -> Ends:
    """The least and greatest index of a whole, from 0 to 1; of contradictory shares, over every way to read them."""
    found = [extreme_squares(tuple(counts), tuple(limits)) for counts, limits in whole.readings()]
    return min(low for low, _ in found), max(high for _, high in found)


def concentration_rows(question: DependenceQuestion) -> list[ConcentrationRow]:
    """A row for each whole with a figure: of the country, of its carriers, and of the markets beside them.

    Forecasts are left out; so is a whole of which the shares say nothing of the index.
    """
    beside = [place for place in vocabulary()["markets_beside"] if place not in question.places]
    wholes = published_wholes(question)
    for place in beside:
        wholes += published_wholes(question, places=[place])
    made = [*_published(question, [whole for whole in wholes if whole.whole.is_known]), *_stated(question)]
    return [row for row in made if row["high_hhi_points"] - row["low_hhi_points"] < SCALE]


def _published(question: DependenceQuestion, wholes: list[PublishedWhole]) -> Iterable[ConcentrationRow]:
    newest: dict[tuple[object, ...], tuple[object, ...]] = {}
    for published in wholes:
        key = _series(published)
        newest[key] = max(newest.get(key, ()), newest_first(published.first, STEM))
    for published in wholes:
        geo = published.first["geo"]
        yield _row(
            question,
            published.whole,
            published.common(),
            place=question.country if geo in question.places else geo,
            label=published.label("concentration of vendors"),
            newest=newest[_series(published)] == newest_first(published.first, STEM),
        )


def _series(published: PublishedWhole) -> tuple[object, ...]:
    """What stays the same while the shares are published anew."""
    columns = ("later", "geo", "carrier_id", "asset_class", "generation", "measure_kind")
    return tuple(published.first[name] for name in columns)  # type: ignore[literal-required]


def _stated(question: DependenceQuestion) -> Iterable[ConcentrationRow]:
    """Carriers of which words alone settle the index: a vendor that is the only one."""
    for segment in segments(question):
        carriers = Carriers(question, segment)
        for carrier in carriers_of(question, segment.asset_class):
            for base in carriers.bases(carrier):
                if base.stated and index_of(base.whole)[0] == 1:
                    measure = measures_text([base])
                    yield _row(
                        question,
                        base.whole,
                        {
                            "carrier_id": carrier,
                            "asset_class": segment.asset_class,
                            "segment": segment.words,
                            "measure": measure,
                            "measure_kind": segment.measure_kind,
                            **base.dates.columns(),
                            "later_estimate": base.later,
                        },
                        place=question.country,
                        label=f"concentration of vendors: {measure}, {segment.words}, {question.name(carrier)}",
                        newest=base == carriers.base(carrier),
                    )


def _row(
    question: DependenceQuestion, whole: Whole, columns: WholeColumns, *, place: str, label: str, newest: bool
) -> ConcentrationRow:
    low, high = index_of(whole)
    vendors = sorted({vendor for share in whole.shares for vendor in share.vendors})
    key: dict[str, object] = {"country": question.country, "place": place, "carrier_id": columns["carrier_id"]}
    key |= {name: columns[name] for name in ("asset_class", "segment", "measure", "measure_kind", "as_of")}
    key |= {"later_estimate": columns["later_estimate"], "as_of_on": question.as_of, "known_on": question.known}
    shown = shares_text(question, whole, "so over every way of dropping one of each conflict")
    strong = Whole([share for share in whole.shares if not share.weak], question.country_of, whole.swap)
    return {
        "concentration_id": row_id("concentration", key),
        "country": question.country,
        "place": place,
        **columns,  # type: ignore[typeddict-item]
        "vendor_ids": vendors,
        "low_hhi_points": _points(low),
        "high_hhi_points": _points(high),
        "figure_count": sum(share.bound.is_known for share in whole.shares),
        "coverage_share": share_value(whole.share_of(vendors).low),
        "newest": newest,
        "to_be_checked": strong.shares != whole.shares and index_of(strong) != (low, high),
        "as_of_on": question.as_of,
        "known_on": question.known,
        "label": label,
        "formula": f"10,000 x the sum of squared shares, least and greatest over all splits that meet: {shown}",
        "inputs": whole.refs,
    }


def _points(index: Fraction) -> float:
    """An index as the column holds it: eight decimals, so that the text is the same on every machine."""
    return round(float(index * SCALE), 8)


TOLERANCE = Fraction(1, 10**7)
"""How far an end may lie outside the exact one: a thousandth of a point on the scale to 10,000."""
_MOST_STEPS = 200
"""Steps after which an end stands as far as it is bounded by then."""

Point = Sequence[Fraction]


@lru_cache(maxsize=512)
def extreme_squares(counts: tuple[int | None, ...], limits: tuple[ShareLimit, ...]) -> tuple[Fraction, Fraction]:
    """The least and the greatest sum of squared shares of vendors; kept, since runs repeat the wholes of the world.

    Parameters
    ----------
    counts
        Of each atom the number of its vendors; None where it holds vendors nobody names.
    limits
        What is known of sums of atoms; at least one split meets it all.

    Returns
    -------
    tuple of Fraction
        Both from 0 to 1, where 1 is one vendor alone.
    """
    closed = [ShareLimit(limit.atoms, Bound(limit.bound.low, limit.bound.high)) for limit in limits]
    weights = [ZERO if count is None else Fraction(1, count) for count in counts]
    return least_squares(Tableau(len(counts), closed), weights), greatest_squares(len(counts), closed)


def least_squares(tableau: Tableau, weights: Point) -> Fraction:
    """The least weighted sum of squared atoms, from below."""
    corral, shares = [tableau.minimum(weights)[1]], [ONE]
    best = ZERO
    for _ in range(_MOST_STEPS):
        here = [sum((s * p[at] for s, p in zip(shares, corral, strict=True)), ZERO) for at in range(len(weights))]
        slope, there = tableau.minimum([w * x for w, x in zip(weights, here, strict=True)])
        value = _product(here, here, weights)
        best = max(best, 2 * slope - value)  # a convex function lies above its tangent
        if value - best <= TOLERANCE:
            break
        corral, shares = _nearest([*corral, there], [*shares, ZERO], weights)
    return best


def _product(one: Point, other: Point, weights: Point) -> Fraction:
    return sum((w * a * b for w, a, b in zip(weights, one, other, strict=True) if w), ZERO)


def _nearest(
    corral: list[list[Fraction]], shares: list[Fraction], weights: Point
) -> tuple[list[list[Fraction]], list[Fraction]]:
    """The points, and their parts, whose mixture is nearest to the origin; points of no part are dropped."""
    while True:
        free = _affine_nearest([[_product(one, other, weights) for other in corral] for one in corral])
        if min(free) >= 0:
            break
        step = min(s / (s - f) for s, f in zip(shares, free, strict=True) if f < 0)
        shares = [s + step * (f - s) for s, f in zip(shares, free, strict=True)]
        kept = [at for at, share in enumerate(shares) if share > 0]
        corral, shares = [corral[at] for at in kept], [shares[at] for at in kept]
    kept = [at for at, share in enumerate(free) if share > 0]
    return [corral[at] for at in kept], [free[at] for at in kept]


def _affine_nearest(products: list[list[Fraction]]) -> list[Fraction]:
    """The parts, of any sign and with sum 1, whose mixture is nearest to the origin, from the points' products."""
    size = len(products)
    lines = [[ZERO, *[ONE] * size, ONE], *([ONE, *row, ZERO] for row in products)]
    for at in range(size + 1):
        pivot = next(row for row in range(at, size + 1) if lines[row][at])
        lines[at], lines[pivot] = lines[pivot], lines[at]
        lines[at] = [x / lines[at][at] for x in lines[at]]
        for other, line in enumerate(lines):
            if other != at and line[at]:
                lines[other] = [x - line[at] * y for x, y in zip(line, lines[at], strict=True)]
    return [line[-1] for line in lines[1:]]


def greatest_squares(atom_count: int, limits: Sequence[ShareLimit]) -> Fraction:
    """The greatest sum of squared atoms, from above."""
    tableau = Tableau(atom_count, limits)
    whole = [tableau.range_of(frozenset([at])) for at in range(atom_count)]
    open_boxes = [_Box([(r.low, r.high) for r in whole], atom_count, limits)]
    best = ZERO
    for _ in range(_MOST_STEPS):
        top = max(open_boxes, key=lambda box: box.bound)
        best = max(best, top.value)
        if top.bound - best <= TOLERANCE:
            return max(best, top.bound)
        open_boxes.remove(top)
        open_boxes += top.halves(limits)
    return max(box.bound for box in open_boxes)


class _Box:
    """Ranges of the atoms, with the bound that chords give inside them and the vertex that attains it."""

    def __init__(self, ranges: list[tuple[Fraction, Fraction]], atom_count: int, limits: Sequence[ShareLimit]) -> None:
        self.ranges = ranges
        held = [ShareLimit(frozenset([at]), Bound(low, high)) for at, (low, high) in enumerate(ranges)]
        slope, self.vertex = Tableau(atom_count, [*limits, *held]).minimum([-(low + high) for low, high in ranges])
        self.bound = -slope - sum((low * high for low, high in ranges), ZERO)
        self.value = sum((x * x for x in self.vertex), ZERO)

    def halves(self, limits: Sequence[ShareLimit]) -> list[_Box]:
        """The two boxes on either side of the vertex, along the atom whose chord lies highest above its square."""
        gaps = [(x - low) * (high - x) for x, (low, high) in zip(self.vertex, self.ranges, strict=True)]
        at = gaps.index(max(gaps))
        low, high = self.ranges[at]
        middle = self.vertex[at]
        return [
            _Box([*self.ranges[:at], half, *self.ranges[at + 1 :]], len(self.ranges), limits)
            for half in ((low, middle), (middle, high))
        ]
