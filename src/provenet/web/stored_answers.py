"""Stored answers of a verb about one country: those of a day, that of a run, one beside another, and the verb anew.

The rows behind an answer are laid out as the dossier lays them out; nothing is computed here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from markupsafe import Markup

from provenet.case.days_ahead import plain
from provenet.case.extract import Extract
from provenet.case.rows import FundRow, PlanRow, RunRow
from provenet.case.structs import settings_of
from provenet.core import wording
from provenet.core.answer import Sentence
from provenet.core.errors import CaseBusy
from provenet.core.ids import slug
from provenet.core.settings import Option, Settings, settings_class
from provenet.dossier.drawings.axes import ticks_over
from provenet.dossier.figure_tables import FigureTable, figure_table
from provenet.web.page import DaysQuestion, Html, Redirect, Reply, Route, Visit, settings_from, single
from provenet.web.pages.jobs import PLACES, busy, field_pairs, jobs_of, result_of
from provenet.web.reading import Days, NotFound, Reading, day_words


def extract_of(reading: Reading, country: str, days: Days) -> Extract:
    """The tables of the case for a country and its days, made once for the state of the case."""
    as_of, known = days

    return reading.once(
        ("extract", country, days), lambda: Extract(reading.tables, country=country, as_of=as_of, known=known)
    )


def countries_in(reading: Reading, table: str) -> list[str]:
    """The countries of which a table has rows."""
    return [country for (country,) in reading.tables.distinct(table, "country") if country is not None]


def country_of(reading: Reading, table: str, name: str) -> str:
    """The country that a name in an address means, among those of a table. Raises NotFound."""
    stand = countries_in(reading, table)
    found = [one for one in stand if slug(one) == name]
    if not found:
        raise NotFound(f"Nothing stands for {name!r}; there is: {', '.join(stand) or 'no country yet'}.")
    return str(found[0])


def bare(value: Any) -> Any:
    """What a page shows without the marks of days ahead, which only the dossier's own templates read."""
    if isinstance(value, Markup):
        return Markup(plain(str(value)))
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {key: bare(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(bare(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {one.name: bare(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **changed)
    return value


MILLION = 1_000_000


def highest_step(amount: float) -> int:
    """The round end of a slider that holds an amount, in millions; at least 10.

    >>> highest_step(4.89e9), highest_step(0)
    (5000, 10)
    """
    return round(ticks_over(0.0, max(amount, 10.0 * MILLION))[-1] / MILLION)


def slider_step(most: int) -> int:
    """The step of a slider from 0 to a round number that is its multiple: at most some two hundred steps.

    >>> slider_step(10_000), slider_step(200), slider_step(2_500)
    (50, 1, 10)
    """
    steps = (times * 10**power for power in range(12) for times in (1, 2, 5))
    return next((step for step in steps if most <= 250 * step and most % step == 0), most)


class MoneySlider(NamedTuple):
    """A slider for money in millions: its end, its step and what it says at each step."""

    most: int
    step: int
    budgets: dict[str, str]


def money_slider(highest: float, currency: str, *, end: str | None = None) -> MoneySlider:
    """A slider that holds an amount; `end` stands in place of the last amount."""
    most = highest_step(highest)
    step = slider_step(most)
    words = {str(value): wording.amount(value * MILLION, currency) for value in range(0, most + 1, step)}
    return MoneySlider(most, step, words if end is None else {**words, str(most): end})


Row = TypeVar("Row", PlanRow, FundRow)


@settings_class()
class RunQuestion(Settings):
    """Which answer stands beside."""

    beside: Annotated[str | None, Option(help="The run of an answer to compare with.")] = None
    job: Annotated[str | None, Option(help="A job that works the answer out anew.")] = None


@dataclass(frozen=True)
class StoredAnswer(Generic[Row]):
    """An answer of the case, with the settings of its run, and what tells it from the others of its country."""

    row: Row
    settings: Mapping[str, Any]
    label: str

    @property
    def run(self) -> str:
        """Its run."""
        return self.row["run_id"]

    @property
    def days(self) -> Days:
        """The day in question and the day known."""
        return self.row["as_of_on"], self.row["known_on"]

    def repeated(self, options: type[Settings], *, without: Iterable[str]) -> dict[str, Any]:
        """The settings of its run that a new answer takes over as they are."""
        known = {option.name for option in options.every_option()} - set(without)
        return {name: value for name, value in self.settings.items() if name in known}

    def extract(self, reading: Reading) -> Extract:
        """The tables of the case for its country and its days."""
        return extract_of(reading, self.row["country"], self.days)

    def stated_anew(
        self, visit: Visit, options: type[Settings], *, words: Sequence[str]
    ) -> tuple[dict[str, str], dict[str, Any]]:
        """What a form gives, by field, and the options of a verb that it changes: its budget, and `words`."""
        row = self.row
        pairs: list[tuple[str, str]] = [*field_pairs(visit.form)]
        given = {name: value.strip() for name, value in pairs if value.strip()}
        stated = settings_from(options, [("as_of", f"{row['as_of_on']}"), *(one for one in pairs if one[0] in words)])
        changed = {name: getattr(stated, name) for name in words if name in given}
        if "budget_million" in given:
            unit = f"{row['currency'] or 'EUR'}/{row['price_year'] or row['as_of_on'].year}"
            changed["budget"] = f"{given['budget_million']}M {unit}"
        return given, changed


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the page of an answer shows: what it says, its figures, and its rows as tables, some with pictures."""

    lead: Sentence
    notes: Mapping[str, Sentence]
    record: FigureTable
    tables: Sequence[FigureTable]
    pictures: Mapping[str, tuple[Markup, ...]]
    """By the title of the table that they stand beside."""


@dataclass(frozen=True, kw_only=True)
class StoredAnswers(Generic[Row]):
    """The answers of a verb, in the table of its name, and their pages, whose title names addresses and templates.

    `lead` stands before a country in a sentence. A page has `heads`, the columns of a table of answers, `shown`,
    and `own`, further words of its template. `rank` orders the answers of a country
    beyond the order of the dossier. `anew` are the settings of the verb that a form asks for.
    """

    verb: str
    title: str
    lead: str
    in_order: Callable[[Extract], list[Row]]
    label: Callable[[Row, Mapping[str, Any]], str]
    rank: Callable[[StoredAnswer[Row]], Any]
    heads: Mapping[str, str]
    shown: Callable[[Row, Extract], Shown]
    own: Callable[[Visit, StoredAnswer[Row], Any], Mapping[str, object]]
    anew: Callable[[StoredAnswer[Row], Visit], Settings]
    question: type[RunQuestion] = RunQuestion

    @property
    def home(self) -> str:
        """The address of the list."""
        return f"/{self.title.lower()}"

    @property
    def routes(self) -> tuple[Route, ...]:
        """Its addresses: the list, the first answer of a country, that of a run, and the form that asks anew."""
        run, first = PLACES[self.verb], f"{self.home}/{{country}}"
        return (
            Route(path=self.home, answer=self.index, question=DaysQuestion, addresses=single),
            Route(path=first, answer=self.first_page, question=DaysQuestion, addresses=self.country_addresses),
            Route(path=run, answer=self.run_page, question=self.question, addresses=self.run_addresses),
            Route(path=run, answer=self.ask_again, method="POST"),
        )

    def index(self, visit: Visit) -> Reply:
        """Every country that has answers on the days of the question, with a line for each."""
        days, found = _days(visit), []
        for country in countries_in(visit.reading, self.verb):
            stored = self.of_days(visit.reading, country, days) if days else []
            if stored:
                found.append((country, stored, self.table(visit.reading, stored)))
        return Html(
            template="stored_answers.html.j2",
            title=visit.tongue.text(self.title),
            words={
                "found": found,
                "days": days,
                "all_days": visit.reading.days_with_runs,
                "day_name": day_words,
                "title": self.title,
                "home": self.home,
            },
        )

    def table(self, reading: Reading, stored: Sequence[StoredAnswer[Row]]) -> FigureTable:
        """Answers of one country beside each other."""
        rows, extract = [one.row for one in stored], stored[0].extract(reading)
        made: FigureTable = bare(figure_table(self.title, self.verb, rows, extract=extract, heads=self.heads))
        return made

    def view(self, reading: Reading, stored: StoredAnswer[Row]) -> Shown:
        """What the page of an answer shows, made once."""
        made: Shown = reading.once(
            ("shown", self.verb, stored.run, stored.row["country"]),
            lambda: bare(self.shown(stored.row, stored.extract(reading))),
        )
        return made

    def first_page(self, visit: Visit) -> Reply:
        """The first answer of a country on a day."""
        return self._page(visit, self.first(visit), self.question())

    def run_page(self, visit: Visit) -> Reply:
        """The answer of one run."""
        return self._page(visit, self.named(visit), visit.question_as(self.question))

    def ask_again(self, visit: Visit) -> Reply:
        """Starts the verb with the settings of a form as a job, and goes back to the answer that it began from."""
        stored = self.named(visit)
        country = stored.row["country"]
        about = {"country": country, "beside": stored.run}
        settings = self.anew(stored, visit)
        try:
            job = jobs_of(visit).start(self.verb, settings, about=about, wait=bool(visit.form.get("wait")))
        except CaseBusy as err:
            return busy(visit, str(err))
        return Redirect(visit.link(PLACES[self.verb], country=slug(country), run=stored.run, job=job.job_id))

    def of_days(self, reading: Reading, country: str, days: Days) -> list[StoredAnswer[Row]]:
        """The answers of a country on its days."""

        def make() -> list[StoredAnswer[Row]]:
            runs = reading.finder.of(RunRow, verb=self.verb)
            settings = {row["run_id"]: settings_of(row["settings"]) for row in runs}
            found = []
            for row in self.in_order(extract_of(reading, country, days)):
                own = settings.get(row["run_id"], {})
                found.append(StoredAnswer(row, own, self.label(row, own)))
            return sorted(found, key=self.rank)

        return reading.once(("answers", self.verb, country, days), make)

    def of_run(self, reading: Reading, country: str, run: str) -> StoredAnswer[Row]:
        """The answer of a run for a country, whatever its day. Raises NotFound."""
        days = reading.tables.distinct(self.verb, "as_of_on", "known_on", run_id=run, country=country)
        if not days:
            newer = "or a newer run with the same settings took its place"
            raise NotFound(f"No {self.lead} {country} has the run {run!r}, {newer}.")
        return next(one for one in self.of_days(reading, country, days[0]) if one.run == run)

    def named(self, visit: Visit) -> StoredAnswer[Row]:
        """The answer that an address with a country and a run names. Raises NotFound."""
        return self.of_run(
            visit.reading, country_of(visit.reading, self.verb, visit.path["country"]), visit.path["run"]
        )

    def first(self, visit: Visit) -> StoredAnswer[Row]:
        """The first answer of the country of an address on the days of the question. Raises NotFound."""
        country = country_of(visit.reading, self.verb, visit.path["country"])
        days = _days(visit)
        stored = self.of_days(visit.reading, country, days) if days else []
        if not stored:
            raise NotFound(f"No {self.lead} {country} stands for that day.")
        return stored[0]

    def _page(self, visit: Visit, stored: StoredAnswer[Row], question: RunQuestion) -> Reply:
        """An answer among those of its day, beside another one, and the job that works it out anew."""
        country = stored.row["country"]
        beside = question.beside if question.beside != stored.run else None
        other = self.of_run(visit.reading, country, beside) if beside else None
        follows = visit.jobs.find(question.job) if question.job and visit.jobs is not None and visit.may_write else None
        answers = self.of_days(visit.reading, country, stored.days)
        return Html(
            template=f"{self.title.lower()}.html.j2",
            title=f"{visit.tongue.text(self.title)}: {wording.country(country)}",
            words={
                "country": country,
                "name": slug(country),
                "home": self.home,
                "kind": self.title,
                "day_words": day_words(stored.days),
                "stored": stored,
                "shown": self.view(visit.reading, stored),
                "answers": answers,
                "every": self.table(visit.reading, answers),
                "other": other,
                "compared": self.table(visit.reading, [stored, other]) if other else None,
                "job": follows,
                "job_result": result_of(follows, visit) if follows else None,
                "sheets": {},
                **self.own(visit, stored, question),
            },
        )

    def country_addresses(self, reading: Reading) -> Iterable[Mapping[str, str]]:
        """The countries that have an answer on the newest day."""
        days = reading.days_with_runs
        return [
            {"country": slug(one)}
            for one in countries_in(reading, self.verb)
            if days and self.of_days(reading, one, days[0])
        ]

    def run_addresses(self, reading: Reading) -> Iterable[Mapping[str, str]]:
        """Every answer."""
        return [
            {"country": slug(country), "run": run}
            for country, run in reading.tables.distinct(self.verb, "country", "run_id")
        ]


def _days(visit: Visit) -> Days | None:
    question = visit.question_as(DaysQuestion)
    return visit.reading.chosen_days(question.as_of, question.known_on)
