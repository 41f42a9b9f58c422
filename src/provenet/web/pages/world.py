"""Countries: on whom every one of the case depends, by the same rule, with intervals drawn."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from provenet.case.rows import PartyRow, VendorShareRow
from provenet.core.answer import Answer, Sentence
from provenet.core.countries import countries
from provenet.dependence.answer import dependence_answer, known_best, share_in_words
from provenet.dossier.drawings.site_map import Shade, world_map
from provenet.web.page import DaysQuestion, Html, Page, Reply, Route, Visit, day_query, every_day
from provenet.web.reading import Days, Reading
from provenet.web.stored_answers import extract_of


@dataclass(frozen=True)
class CountryLine:
    """What is on record of a country: on whom it depends, the shares that say so, the largest first, its carriers."""

    country: str
    carriers: int
    answer: Answer
    shares: tuple[VendorShareRow, ...]
    largest: Sentence | None
    """The first of the shares in words, with its network and vendor."""

    @property
    def ends(self) -> tuple[float, float] | None:
        """The ends of the first share, if any is on record."""
        return (self.shares[0]["low_share"], self.shares[0]["high_share"]) if self.shares else None


def world(visit: Visit) -> Reply:
    """The countries, each with the answer of a first page on whom it depends."""
    question = visit.question_as(DaysQuestion)
    reading, days = visit.reading, visit.reading.days
    chosen = reading.chosen_days(question.as_of, question.known_on)
    rows = dossiers_of(reading, chosen) if chosen else []
    lines = country_lines(reading, chosen) if chosen else ()
    known = [line for line in lines if line.ends is not None]
    drawn = [Shade(one.country, *one.ends) for one in known if one.ends and not one.shares[0]["to_be_checked"]]
    return Html(
        template="world.html.j2",
        title=visit.tongue.text("Countries"),
        words={
            "days": [(pair, day_query(*pair)) for pair in days],
            "chosen": chosen,
            "own": day_query(*chosen) if chosen else {},
            "lines": lines,
            "known": len(known),
            "with_dossier": {row["country"] for row in rows},
            "map": drawn and reading.once(("drawn", chosen), lambda: Markup(world_map(drawn, "", "w", near="world"))),
        },
    )


def dossiers_of(reading: Reading, days: Days) -> list[Mapping[str, Any]]:
    """The dossiers of some days, by country."""
    return [row for row in reading.dossiers if (row["as_of_on"], row["known_on"]) == days]


def country_lines(reading: Reading, days: Days) -> tuple[CountryLine, ...]:
    """A line for each country whose shares are worked out for some days, by name."""
    return reading.once(("countries", days), lambda: tuple(_lines(reading, days)))


def country_figures(reading: Reading) -> list[str]:
    """The rows of the shares that the page shows, on any day."""
    lines = (line for day in reading.days for line in country_lines(reading, day))
    return [row["share_id"] for line in lines for row in line.shares]


def countries_on_record(reading: Reading, days: Days) -> list[str]:
    """The countries whose shares are worked out for some days, by name."""
    found = reading.tables.distinct("vendor_share", "country", as_of_on=days[0], known_on=days[1])
    return [country for (country,) in found]


def _lines(reading: Reading, days: Days) -> Iterator[CountryLine]:
    places = (str(row["country"]) for row in reading.finder.of(PartyRow, role="carrier"))
    carriers = Counter(countries().name(place) or place for place in places)
    for country in countries_on_record(reading, days):
        extract = extract_of(reading, country, days)
        shares, answer = tuple(known_best(extract)), dependence_answer(extract)
        largest = share_in_words(shares[0], extract) if shares else None
        yield CountryLine(country, carriers[country], answer, shares=shares, largest=largest)


PAGE = Page(
    key="world",
    title="Countries",
    place=10,
    for_readers=True,
    routes=(Route(path="/", answer=world, question=DaysQuestion, addresses=every_day),),
)
