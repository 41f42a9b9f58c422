"""Stored answers of a verb about one country: those of a day, that of a run, one beside another, and the verb anew."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import polars as pl

from provenet.case.rows import FundRow, PlanRow
from provenet.case.structs import settings_of
from provenet.core.errors import CaseBusy
from provenet.core.ids import slug
from provenet.core.settings import Option, Settings, settings_class
from provenet.dossier.extract import Extract, Fields
from provenet.web.days import Days, DaysQuestion, chosen_days, day_words, days_with_runs
from provenet.web.extracts import country_of, extract_of
from provenet.web.page import NotFound, Redirect, Reply, Visit
from provenet.web.pages.jobs import PLACES, busy, jobs_of, result_of
from provenet.web.reading import Reading

Row = TypeVar("Row", PlanRow, FundRow)
Kind = TypeVar("Kind", bound=Settings)


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


@dataclass(frozen=True, kw_only=True)
class StoredAnswers(Generic[Row]):
    """The answers of a verb, in the table of its name.

    `lead` stands before a country in a sentence. A page has `line`, an answer as a line of a table, and `change`, what
    changed between two answers. `rank` orders the answers of a country beyond the order of the dossier.
    """

    verb: str
    lead: str
    in_order: Callable[[Extract], list[Row]]
    label: Callable[[Row, Mapping[str, Any]], str]
    rank: Callable[[StoredAnswer[Row]], Any]
    line: Callable[[StoredAnswer[Row], Visit], Fields]
    change: Callable[[StoredAnswer[Row], StoredAnswer[Row]], str]

    def countries(self, reading: Reading) -> list[str]:
        """The countries that have answers."""
        return sorted(reading.table(self.verb)["country"].drop_nulls().unique())

    def of_days(self, reading: Reading, country: str, days: Days) -> list[StoredAnswer[Row]]:
        """The answers of a country on its days."""

        def make() -> list[StoredAnswer[Row]]:
            runs = reading.table("run").filter(pl.col("verb") == self.verb).select("run_id", "settings")
            settings = {run: settings_of(cell) for run, cell in runs.iter_rows()}
            found = []
            for row in self.in_order(extract_of(reading, country, days)):
                own = settings.get(row["run_id"], {})
                found.append(StoredAnswer(row, own, self.label(row, own)))
            return sorted(found, key=self.rank)

        return reading.once(("answers", self.verb, country, days), make)

    def of_run(self, reading: Reading, country: str, run: str) -> StoredAnswer[Row]:
        """The answer of a run for a country, whatever its day. Raises NotFound."""
        rows = reading.table(self.verb).filter((pl.col("run_id") == run) & (pl.col("country") == country))
        if not rows.height:
            newer = "or a newer run with the same settings took its place"
            raise NotFound(f"No {self.lead} {country} has the run {run!r}, {newer}.")
        days = rows["as_of_on"][0], rows["known_on"][0]
        return next(one for one in self.of_days(reading, country, days) if one.run == run)

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

    def words_of_index(self, visit: Visit) -> dict[str, Any]:
        """Every country that has answers on the days of the question, with a line for each."""
        days, found = _days(visit), []
        for country in self.countries(visit.reading):
            stored = self.of_days(visit.reading, country, days) if days else []
            if stored:
                found.append({"country": country, "answers": [self.line(one, visit) for one in stored]})
        return {"found": found, "days": days, "all_days": days_with_runs(visit.reading), "day_name": day_words}

    def words_of_page(self, visit: Visit, stored: StoredAnswer[Row], question: RunQuestion) -> dict[str, Any]:
        """An answer among those of its day, beside another one, and the job that works it out anew."""
        country = stored.row["country"]
        beside = question.beside if question.beside != stored.run else None
        other = self.of_run(visit.reading, country, beside) if beside else None
        follows = visit.jobs.find(question.job) if question.job and visit.jobs is not None and visit.may_write else None
        return {
            "country": country,
            "name": slug(country),
            "day_words": day_words(stored.days),
            "answers": [self.line(one, visit) for one in self.of_days(visit.reading, country, stored.days)],
            "this": self.line(stored, visit),
            "other": self.line(other, visit) if other else None,
            "change": self.change(stored, other) if other else "",
            "job": follows,
            "job_result": result_of(follows, visit) if follows else None,
        }

    def ask_again(self, visit: Visit, stored: StoredAnswer[Row], settings: Settings) -> Reply:
        """Starts the verb with other settings as a job, and goes back to the answer that it began from."""
        country = stored.row["country"]
        about = {"country": country, "beside": stored.run}
        try:
            job = jobs_of(visit).start(self.verb, settings, about=about, wait=bool(visit.form.get("wait")))
        except CaseBusy as err:
            return busy(visit, str(err))
        return Redirect(visit.link(PLACES[self.verb], country=slug(country), run=stored.run, job=job.job_id))

    def country_addresses(self, reading: Reading) -> Iterable[Mapping[str, str]]:
        """The countries that have an answer on the newest day."""
        days = days_with_runs(reading)
        return [
            {"country": slug(one)} for one in self.countries(reading) if days and self.of_days(reading, one, days[0])
        ]

    def run_addresses(self, reading: Reading) -> Iterable[Mapping[str, str]]:
        """Every answer."""
        rows = reading.table(self.verb).select("country", "run_id").unique().sort("country", "run_id")
        return [{"country": slug(country), "run": run} for country, run in rows.iter_rows()]


def instead(new: str, old: str, what: str) -> str:
    """What one figure of an answer is, and what it is in another.

    >>> instead("2", "3", "lots"), instead("2", "2", "lots")
    ('lots 2 instead of 3', 'lots 2 as before')
    """
    return f"{what} {new} as before" if new == old else f"{what} {new} instead of {old}"


def _days(visit: Visit) -> Days | None:
    question = visit.question
    assert isinstance(question, DaysQuestion)
    return chosen_days(visit.reading, question.as_of, question.known_on)
