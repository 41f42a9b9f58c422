"""Options and settings: each value is read, refused and stored in one place, and the verbs' words are the case's."""

from dataclasses import KW_ONLY, FrozenInstanceError, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest

from provenet.case.tables import words
from provenet.core.errors import UsageFault
from provenet.core.settings import (
    Day,
    Number,
    Option,
    Pairs,
    Places,
    Range,
    Settings,
    WholeNumber,
    Words,
    call_of,
    case_call_of,
    settings_class,
)
from provenet.verbs.fund import FundSettings
from provenet.verbs.plan import PlanSettings
from provenet.verbs.settings import BriefSettings, ScreenSettings


@settings_class(kw_only=False)
class TallySettings(Settings):
    """What to count."""

    what: Annotated[str, Option(argument=True, help="What.")]
    _: KW_ONLY
    as_of: Annotated[Day, Option(help="The day.", stored="always", today=True)]
    known_on: Annotated[Day | None, Option(stored="always")] = None
    country: Annotated[Words, Option(stored="given")] = ()
    way: Annotated[str, Option(choices=("up", "down"), stored="given")] = "up"
    share: Annotated[Number, Option(range=Range(low=0, below=0.5), stored="given")] = 0.1
    seconds: Annotated[Number | None, Option(range=Range(above=0), stored="given")] = None
    draws: Annotated[WholeNumber, Option(range=Range(low=1, high=1000), stored="always")] = 10
    family: Annotated[WholeNumber, Option(range=Range(only=(4, 6)))] = 4
    limits: Annotated[bool, Option(stored="given")] = True
    packs: Annotated[Places, Option()] = ()
    assume: Annotated[Pairs, Option(stored="given")] = field(default_factory=dict)


def made(**given: Any) -> TallySettings:
    return TallySettings("sites", **{"as_of": "2026-11-25", **given})


def test_values_are_kept_in_one_plain_form() -> None:
    one = made(known_on="2018-11-23", country="Japan", packs="mine", assume={"b": "2", "a": "1"})
    assert (one.as_of, one.known_on, one.country) == (date(2026, 11, 25), date(2018, 11, 23), ("Japan",))
    assert (one.packs, list(one.assume)) == ((Path("mine"),), ["a", "b"])
    told = {"country": ["Japan"], "packs": [Path("mine")], "assume": {"a": "1", "b": "2"}}
    assert one == made(known_on=date(2018, 11, 23), **told)


def test_settings_are_frozen_and_replaced_whole() -> None:
    one = made()
    with pytest.raises(FrozenInstanceError):
        one.way = "down"
    assert replace(one, way="down").way == "down"
    with pytest.raises(UsageFault, match=r"^--way: "):
        replace(one, way="left")


def test_what_a_run_stores() -> None:
    always = {"as_of": "2026-11-25", "known_on": None, "draws": 10}
    assert made().stored() == always
    given = made(country=["Japan", "Italy"], way="down", seconds=3, limits=False, assume={"a": "1"})
    more = {"country": ["Italy", "Japan"], "way": "down", "seconds": 3, "limits": False, "assume": {"a": "1"}}
    assert given.stored() == {**always, **more}


def test_stored_settings_give_the_settings_back() -> None:
    one = made(country=["Italy", "Japan"], way="down", limits=False, known_on="2018-11-23")
    stored: dict[str, Any] = one.stored()
    assert TallySettings("sites", **stored) == one


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"as_of": "2026"}, "--as-of: no such day; found '2026', expected a day as YYYY-MM-DD."),
        ({"as_of": datetime(2026, 11, 25, 12)},
         "--as-of: found an instant, '2026-11-25T12:00:00', expected a day such as 2018-11-23."),
        ({"as_of": 0}, "--as-of: found 0, expected a day such as 2018-11-23."),
        ({"way": "dwn"}, "--way: found 'dwn', expected one of: up, down. Nearest: down."),
        ({"share": 0.5}, "--share: found 0.5, expected a number from 0 to below 0.5."),
        ({"share": float("nan")}, "--share: found nan, expected a number from 0 to below 0.5."),
        ({"share": "x"}, "--share: found 'x', expected a number from 0 to below 0.5."),
        ({"seconds": 0}, "--seconds: found 0, expected a number above 0."),
        ({"draws": 2.5}, "--draws: found 2.5, expected a whole number from 1 to 1,000."),
        ({"family": 5}, "--family: found 5, expected 4 or 6."),
        ({"draws": True}, "--draws: found True, expected a whole number from 1 to 1,000."),
        ({"draws": "1" * 400}, f"--draws: found '{'1' * 59}…', expected a whole number from 1 to 1,000."),
        ({"country": 5}, "--country: found 5, expected words."),
        ({"share": 1, "draws": 0},
         "--share: found 1, expected a number from 0 to below 0.5.\n"
         "--draws: found 0, expected a whole number from 1 to 1,000."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_a_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageFault) as fault:
        made(**given)
    assert str(fault.value) == sentence


WORDS: dict[str, Any] = {"what": "sites", "as_of": "2026-11-25"}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"as_of": "2026-02-30"},
         "--as-of: no such day; found '2026-02-30', expected a day that exists, as YYYY-MM-DD."),
        ({"draws": "--5"}, "--draws: found '--5', expected a whole number from 1 to 1,000."),
        ({"draws": "many"}, "--draws: found 'many', expected a whole number from 1 to 1,000."),
        ({"assume": ("a",)}, "--assume: no assumption; found 'a', expected key=value."),
        ({"assume": ("a=x; b=true",)},
         "--assume: two assumptions stand in one; found 'a=x; b=true', expected key=value."),
        ({"assume": ("a=1", "a=2")}, "--assume: a stands twice with two values; found '1' and '2'."),
        ({"assume": ("a=NaN",)},
         "--assume: a is no number; found 'NaN', expected a finite number, or no assumption where nothing is known."),
    ],
)  # fmt: skip
def test_words_of_the_command_line_are_refused_by_their_flag(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageFault) as fault:
        TallySettings.from_words({**WORDS, **given})
    assert str(fault.value) == sentence


def test_words_of_the_command_line_give_the_same_settings() -> None:
    words = {**WORDS, "share": "0.25", "draws": "+7", "limits": True, "assume": ("b=2", "a=1"), "country": ("Japan",)}
    python = made(share=0.25, draws=7, limits=False, assume={"a": "1", "b": "2"}, country="Japan")
    assert TallySettings.from_words(words) == python
    assert TallySettings.option_of("limits").flag == "--no-limits"


def test_the_schema_has_every_option_and_its_range() -> None:
    schema: dict[str, Any] = TallySettings.schema()
    assert schema["required"] == ["what", "as_of"]
    properties = schema["properties"]
    assert properties["as_of"] == {"type": "string", "format": "date", "description": "The day."}
    assert properties["share"]["exclusiveMaximum"] == 0.5
    assert (properties["way"]["enum"], properties["way"]["default"]) == (["up", "down"], "up")
    assert properties["seconds"]["anyOf"] == [{"type": "number"}, {"type": "null"}]
    assert properties["country"] == {"type": "array", "items": {"type": "string"}, "default": [], "description": ""}


def test_a_call_takes_keywords_or_a_case_first() -> None:
    tally = call_of(TallySettings, lambda settings: settings.draws, "tally")
    assert tally("sites", as_of="2026-11-25", draws=3) == 3
    of_case = case_call_of(TallySettings, lambda case, settings: (case, settings.what), "of_case")
    assert of_case("here", "sites", as_of="2026-11-25") == ("here", "sites")
    keyword: Any = of_case
    assert keyword(case="here", what="sites", as_of="2026-11-25") == ("here", "sites")
    with pytest.raises(TypeError, match="as_off"):
        keyword("here", "sites", as_off="2026-11-25")


def test_the_words_of_the_verbs_are_those_of_the_case() -> None:
    for settings, name, listed in (
        (PlanSettings, "objective", "plan_objective"),
        (FundSettings, "objective", "fund_objective"),
        (FundSettings, "mechanism", "mechanism"),
        (FundSettings, "budget_on", "budget_on"),
        (ScreenSettings, "relays", "relays"),
        (BriefSettings, "audience", "audience"),
    ):
        option = settings.option_of(name)
        assert option.choices == words(listed), (settings, name)
