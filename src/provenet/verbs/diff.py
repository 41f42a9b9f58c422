"""The settings of `diff`: two runs, two days or two policies, and what they are compared under."""

from dataclasses import KW_ONLY, field
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from provenet.core.errors import UsageFault
from provenet.core.progress import Progress, silent
from provenet.core.settings import Day, Listener, Option, Pairs, Settings, Words, settings_class
from provenet.verbs.options import KnownOn, OwnPacks

UNUSED_DAYS = {"as-of": ("as_of",), "known-on": ("known_on",), "both": ("as_of", "known_on")}
MANY = {"run": "runs", "day": "days", "policy": "policies"}


Side = Annotated[str, BeforeValidator(lambda value: str(value).strip())]
"""A run, a day or a policy, in one word."""


@settings_class(kw_only=False)
class DiffSettings(Settings):
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
    progress: Listener[Progress] = silent

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
