"""What each verb may be told. The command line reads it for `--help`, so nothing here loads a table.

The options of plan, expose and fund fill a module each.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, field
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from provenet.core.errors import UsageFault
from provenet.core.settings import (
    Day,
    Option,
    Pairs,
    Places,
    ProgressSettings,
    Range,
    Settings,
    WholeNumber,
    Words,
    settings_class,
)
from provenet.core.when import EVIDENCE_WINDOW_DAYS
from provenet.verbs.options import GROUP_WORDS, AsOf, KnownOn, OwnPacks


@settings_class(kw_only=False)
class AchSettings(Settings):
    """Which vendor's claims to hold against which readings, and how claims weigh."""

    vendor: Annotated[str, Option(argument=True, help=f"A vendor, by name or id, {GROUP_WORDS}.")]
    _: KW_ONLY
    fact: Annotated[
        str | None, Option(metavar="KEY", help="Only this fact (default: each fact with claims or readings on record).")
    ] = None
    hypotheses_only: Annotated[bool, Option(help="Only readings that an analyst supplied, never the plain two.")] = (
        False
    )
    weight: Annotated[
        str,
        Option(
            choices=("none", "reliability", "credibility"),
            help="Weigh a claim by the grade in its row (default: none, each claim counts as one).",
        ),
    ] = "none"
    marked_by: Annotated[str | None, Option(metavar="NAME", help="Only the marks of this analyst.")] = None
    as_of: AsOf
    known_on: KnownOn = None
    points: Annotated[Mapping[str, float], Option(hidden=True)] = field(default_factory=dict)


@settings_class(kw_only=False)
class AddSettings(ProgressSettings):
    """Which files to read."""

    files: Annotated[
        Places,
        Option(
            argument=True,
            metavar="FILE...",
            help="Outside files, or the address of a NetBox or Nautobot (https://...).",
        ),
    ] = ()
    _: KW_ONLY
    withdraw: Annotated[
        Words,
        Option(
            metavar="PACK",
            help="Withdraw this rule pack that the case holds; a bundled one of the same id counts again.",
        ),
    ] = ()
    mapping: Annotated[Path | None, Option(help="The mapping of an address; a file has its own beside it.")] = None
    token_env: Annotated[
        str, Option(metavar="NAME", help="The environment variable with the token for an address.")
    ] = "NETBOX_TOKEN"
    token_file: Annotated[Path | None, Option(help="A file with that token instead; it is never stored or shown.")] = (
        None
    )
    ca: Annotated[Path | None, Option(help="Certificates of authorities in PEM for an address, such as your own.")] = (
        None
    )
    allow_http: Annotated[bool, Option(help="Let an address be asked over http, where the token is sent in clear.")] = (
        False
    )


@settings_class()
class CheckSettings(ProgressSettings):
    """Which checks to run, and what counts as old."""

    only: Annotated[Words, Option(metavar="ID", help="Run this check or group of checks alone.", stored="always")] = ()
    skip: Annotated[Words, Option(metavar="ID", help="Leave out this check or group of checks.", stored="always")] = ()
    as_of: Annotated[
        Day | None, Option(help="The day for checks of dates, YYYY-MM-DD (default: leave them out).", stored="always")
    ] = None
    older_than: Annotated[
        str, Option(metavar="LENGTH", help="How old a figure may be before it counts as old.", stored="always")
    ] = "24 months"
    pages: Annotated[
        bool, Option(help="Also check that the dossiers on disk are as they were written.", stored="given")
    ] = False
    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="Also say what is missing for each question about this country (default: where the "
            "case has at most three).",
        ),
    ] = ()
    packs: OwnPacks = ()


@settings_class()
class DemoSettings(ProgressSettings):
    """Which countries, if not those of the demo, and who hears how far it is."""

    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="Only the dossier of this country, thin or thick, from what the bundled facts hold "
            "(default: three countries).",
        ),
    ] = ()


@settings_class()
class DependSettings(ProgressSettings):
    """Which countries, under which policies, on which day."""

    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="A country (default: every country screened for that day, else all with carriers and shares).",
        ),
    ] = ()
    vendors: Annotated[
        Words,
        Option(
            metavar="GROUP",
            help="Also the share of these vendors together: seat:CN for all seated in a country, "
            "list:NAME for all on a "
            "list on the day.",
            stored="given",
        ),
    ] = ()
    policy: Annotated[
        Words, Option(metavar="ID", help="Parts under this policy (default: all that were screened for the country).")
    ] = ()
    as_of: AsOf
    known_on: KnownOn = None
    window_days: Annotated[
        WholeNumber,
        Option(
            range=Range(low=0, high=36_500),
            help="Of what was measured, leave out evidence so many days older than the newest of its country.",
            stored="given",
        ),
    ] = EVIDENCE_WINDOW_DAYS


@settings_class(kw_only=False)
class ExportSettings(Settings):
    """Which rows, and as which kind of file."""

    run: Annotated[str | None, Option(argument=True, help="The id of a run or of a plan, or the beginning of one.")] = (
        None
    )
    _: KW_ONLY
    form: Annotated[
        str,
        Option(
            choices=("csv", "xlsx", "mspdi", "parquet", "geojson"),
            flag="--as",
            help="One table as CSV; or a plan as an Excel workbook, or as XML for Microsoft Project and ProjectLibre. "
            "The rows that stand also as Excel, Parquet, or places as GeoJSON.",
        ),
    ] = "csv"
    name: Annotated[
        str | None,
        Option(
            flag="--table",
            metavar="TABLE",
            help="The table that --as csv writes (default: the steps of a plan, or verdicts); needed without RUN.",
        ),
    ] = None


@settings_class(kw_only=False)
class NewSettings(Settings):
    """What the case is called, and for whom tables to fill in are written."""

    title: Annotated[str, Option(help="A title for people; stands in case.toml.")] = ""
    _: KW_ONLY
    template: Annotated[
        str | None,
        Option(
            choices=("country", "carrier", "researcher"),
            help="Also write tables to fill in, with remarks and examples, into the folder CASE-tables.",
        ),
    ] = None


@settings_class(kw_only=False)
class RetractSettings(Settings):
    """Which input, why, and from which day on."""

    what: Annotated[
        str,
        Option(
            argument=True,
            metavar="INPUT",
            help="The id of a source, of a row, or a row as table:id; or of a rule pack.",
        ),
    ]
    _: KW_ONLY
    reason: Annotated[str, Option(metavar="TEXT", help="Why, in a sentence; it stays in the case. Needed.")] = ""
    from_on: Annotated[
        Day | None,
        Option(
            metavar="DAY",
            help="The day from which it counts no more, YYYY-MM-DD; as known before, it counts (default: on no day).",
        ),
    ] = None
    restore: Annotated[bool, Option(help="Let an input that was retracted count again.")] = False


@settings_class()
class RunSettings(ProgressSettings):
    """Which day, and where the rule packs are that earlier calls named."""

    as_of: Annotated[
        Day | None,
        Option(
            help="Ask of this day what was asked of others: policies, shares, routes and dossiers, each country "
            "(default: bring up to date what stands)."
        ),
    ] = None
    known_on: Annotated[
        Day | None,
        Option(help="With --as-of: use only what was published by this day (default: all that the case holds)."),
    ] = None

    packs: Annotated[
        Places,
        Option(metavar="DIR", help="A folder of rule packs that earlier calls named (default: where they lay then)."),
    ] = ()


@settings_class(kw_only=False)
class ScreenSettings(ProgressSettings):
    """Which policies, for carriers of which countries, on which day and under which assumptions."""

    policy: Annotated[Words, Option(metavar="ID", help="A pack, policy or rule.")] = ()
    _: KW_ONLY
    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="For the carriers of this country (default: the countries of the policy's jurisdiction).",
        ),
    ] = ()
    packs: OwnPacks = ()
    as_of: AsOf
    known_on: KnownOn = None
    assume: Annotated[
        Pairs, Option(help="Assume a fact, or action=...; the run stores and prints it.", stored="always")
    ] = field(default_factory=dict)
    relays: Annotated[
        str,
        Option(
            choices=("stay", "fall"),
            help="In flip sets, whether relays of a claim stay or fall with it; the run stores and prints it.",
            stored="given",
        ),
    ] = "stay"
    every_country: Annotated[bool, Option(hidden=True)] = False


@settings_class()
class StatusSettings(Settings):
    """Nothing: the status of a case has no options."""


@settings_class(kw_only=False)
class WhySettings(Settings):
    """Which figure to walk back from."""

    figure: Annotated[
        str, Option(argument=True, help="An id beside a figure, the beginning of one, or any row as table:key.")
    ]
    _: KW_ONLY


QUESTIONS = ("dependence", "rules", "sites", "cost", "aid", "unknown", "acts")
"""What can be asked of a country, in the order of a first page."""


@settings_class(kw_only=False)
class AskSettings(ProgressSettings):
    """Which question, about which countries, under which policies, on which day and for whom."""

    question: Annotated[
        str | None,
        Option(argument=True, choices=QUESTIONS, help="What is asked (default: every question of a first page)."),
    ] = None
    _: KW_ONLY
    country: Annotated[
        Words, Option(metavar="NAME", help="A country (default: every country whose shares stand for that day).")
    ] = ()
    policy: Annotated[
        Words, Option(metavar="ID", help="Under this policy (default: all that were screened for the country).")
    ] = ()
    as_of: AsOf
    known_on: KnownOn = None
    audience: Annotated[
        str, Option(choices=("public", "internal"), help="Whom the answers are for; internal rows reach no public one.")
    ] = "public"


@settings_class()
class BriefSettings(ProgressSettings):
    """Which countries, under which policies, on which day and for whom."""

    country: Annotated[
        Words, Option(metavar="NAME", help="A country (default: every country whose shares stand for that day).")
    ] = ()
    policy: Annotated[
        Words,
        Option(
            metavar="ID", help="Show this policy (default: all that were screened for the country).", stored="given"
        ),
    ] = ()
    as_of: AsOf
    known_on: KnownOn = None
    audience: Annotated[
        str,
        Option(
            choices=("public", "internal", "carrier"),
            help="Whom the pages are for; internal ones show cuts and who would have to move, a carrier's page its own "
            "networks, and their file names say so.",
            stored="given",
        ),
    ] = "public"
    carrier: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="With --audience carrier: the carrier whose own networks the page shows.",
            stored="given",
        ),
    ] = None


UNUSED_DAYS = {"as-of": ("as_of",), "known-on": ("known_on",), "both": ("as_of", "known_on")}
MANY = {"run": "runs", "day": "days", "policy": "policies"}


Side = Annotated[str, BeforeValidator(lambda value: str(value).strip())]
"""A run, a day or a policy, in one word."""


@settings_class(kw_only=False)
class DiffSettings(ProgressSettings):
    """What to compare, and what each of two days or policies is compared under."""

    first: Annotated[Side, Option(argument=True, metavar="A", help="A run, a day or a policy.")]
    second: Annotated[Side, Option(argument=True, metavar="B", help="Another of the same kind.")]
    _: KW_ONLY
    by: Annotated[
        str,
        Option(
            choices=("as-of", "known-on", "both"),
            help="What two days are: days in question, days of knowledge, or both.",
        ),
    ] = "as-of"
    policy: Annotated[
        Words,
        Option(
            metavar="ID", help="Between two days: compare this policy (default: all that were screened in the case)."
        ),
    ] = ()
    country: Annotated[
        Words,
        Option(
            metavar="NAME",
            help="For the carriers of this country (default: the countries of the policy's jurisdiction).",
        ),
    ] = ()
    packs: OwnPacks = ()
    as_of: Annotated[Day | None, Option(help="The day in question, YYYY-MM-DD (default: today).")] = None
    known_on: KnownOn = None
    assume: Annotated[Pairs, Option(help="Assume a fact on both sides.")] = field(default_factory=dict)
    today: Annotated[Day | None, Option(hidden=True, today=True)] = None

    def refuse_unused(self, kind: str) -> None:
        """Raises UsageFault for an option that has no meaning between two sides of a kind: run, day or policy."""
        unused, why = {
            "run": (("by", "policy", "country", "as_of", "known_on", "assume"), "each run has settings of its own"),
            "policy": (("by", "policy"), "the two policies are the words of the call"),
            "day": (UNUSED_DAYS[self.by], "the two days are the words of the call"),
        }[kind]
        for name in unused:
            if self.is_given(name):
                raise UsageFault(f"diff: {self.option_of(name).flag} has no meaning between two {MANY[kind]}; {why}.")

    def days(self, day: date | None) -> tuple[date, date | None]:
        """The day in question and the day of knowledge of one side, whose word is a day or None."""
        as_of = self.as_of or self.today if day is None or self.by == "known-on" else day
        if as_of is None:
            raise UsageFault("diff: the day in question is missing; expected --as-of with a day as YYYY-MM-DD.")
        return as_of, self.known_on if day is None or self.by == "as-of" else day
