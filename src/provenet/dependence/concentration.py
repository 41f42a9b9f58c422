"""How concentrated the vendors of one whole are: the Herfindahl-Hirschman index as an interval, every vendor alike.

The index is the sum of the squares of percentage shares: 10,000 is one vendor alone, five alike give 2,000. Published
shares leave a part open: the rest that nobody names, and how a set of vendors published together divides. The lower
end spreads the rest over vendors without number and a set evenly over its members; the upper end gives each to one
vendor, also to one that is named already unless a share of that vendor alone bounds it. So the interval holds the
index of every split that the shares allow. It says nothing of who owns whom: two vendors of one owner count as two.
Source of the measure: A. O. Hirschman, American Economic Review 54 (1964) 761. Interval: own, decision 0060.
"""

from collections.abc import Iterable
from fractions import Fraction

from provenet.case.rows import ConcentrationRow
from provenet.case.tables import vocabulary
from provenet.core.ids import row_id
from provenet.dependence.carriers import Carriers, carriers_of, measures_text, segments
from provenet.dependence.intervals import share_value
from provenet.dependence.question import DependenceQuestion, newest_first
from provenet.dependence.shares import STEM, PublishedWhole, WholeColumns, published_wholes
from provenet.dependence.squares import extreme_squares
from provenet.dependence.whole import AS_PUBLISHED, AS_ROUNDED, CONTRADICTORY, Whole

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
    strong = Whole([share for share in whole.shares if not share.weak], question.country_of)
    return {
        "concentration_id": row_id("concentration", key),
        "country": question.country,
        "place": place,
        "carrier_id": columns["carrier_id"],
        "asset_class": columns["asset_class"],
        "segment": columns["segment"],
        "measure": columns["measure"],
        "measure_kind": columns["measure_kind"],
        "as_of": columns["as_of"],
        "as_of_low_on": columns["as_of_low_on"],
        "as_of_high_on": columns["as_of_high_on"],
        "later_estimate": columns["later_estimate"],
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
        "formula": _formula(question, whole),
        "inputs": whole.refs,
    }


def _points(index: Fraction) -> float:
    """An index as the column holds it: eight decimals, so that the text is the same on every machine."""
    return round(float(index * SCALE), 8)


def _formula(question: DependenceQuestion, whole: Whole) -> str:
    shown = "; ".join(
        f"{question.names_of(s.vendors, s.complement)} {s.bound.text()}" for s in whole.shares if s.bound.is_known
    )
    how = {
        AS_PUBLISHED: "",
        AS_ROUNDED: "; figures read as rounded to the digits shown, since they exclude each other as printed",
        CONTRADICTORY: "; the shares exclude each other, so over every way of dropping one of each conflict",
    }[whole.standing]
    return f"10,000 x the sum of squared shares, least and greatest over all splits that meet: {shown}{how}"
