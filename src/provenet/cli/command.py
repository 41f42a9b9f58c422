"""Commands made from settings: their arguments, options, helps and defaults; the words given become the settings."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import click

from provenet.core.settings import REQUIRED, Option, Settings


class SettingsCommand(click.Command):
    """A command whose arguments and options are those of a settings class."""

    settings: type[Settings]


NOT_GIVEN = (None, (), False)
"""What click gives for an option that does not stand on the command line."""


def command(
    settings: type[Settings], *, case: bool = True, name: str | None = None
) -> Callable[[Callable[..., int | None]], click.Command]:
    """Makes a command of a function `(case, settings, as_json, ...)`, or without `case` of `(settings, as_json, ...)`.

    The function returns an exit code where it is not that of what is done. Options that only say how the answer is
    printed are given to the function by `click.option`, and stand last.
    """

    def made(function: Callable[..., int | None]) -> click.Command:
        shown = [option for option in settings.every_option() if not option.hidden]

        def callback(**words: Any) -> int | None:
            own = {option.name: words.pop(option.name) for option in shown}
            question = settings.from_words(_given(settings, own))
            if not case:
                return function(question, **words)
            from provenet.case.case import damage_told

            with damage_told(words["case"]):
                return function(words.pop("case"), question, **words)

        printing: list[click.Parameter] = list(reversed(getattr(function, "__click_params__", [])))
        parameters: list[click.Parameter] = [click.Argument(["case"])] if case else []
        parameters += [_argument(option) for option in shown if option.argument]
        parameters += [_option(option) for option in shown if not option.argument]
        as_json = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object and nothing else.")
        command = SettingsCommand(
            name or function.__name__.replace("_", "-"),
            callback=callback,
            params=[*parameters, *printing, as_json],
            help=function.__doc__,
        )
        command.settings = settings
        return command

    return made


def _given(settings: type[Settings], words: Mapping[str, Any]) -> dict[str, Any]:
    """The words that were given; where the present day stands for one that was not, that day."""
    given = {name: value for name, value in words.items() if value not in NOT_GIVEN}
    # The clock is read here, in a door, and nowhere below.
    return {option.name: date.today() for option in settings.every_option() if option.today} | given


def _argument(option: Option) -> click.Argument:
    metavar = option.metavar or option.name.upper()
    required = option.default is REQUIRED
    if option.many:
        return click.Argument([option.name], nargs=-1, required=required, metavar=metavar)
    return click.Argument([option.name], required=required, metavar=metavar if required else f"[{metavar}]")


def _option(option: Option) -> click.Option:
    words = [option.flag, option.name]
    if option.kind == "switch":
        return click.Option(words, is_flag=True, help=option.help)
    return click.Option(
        words,
        metavar=option.metavar or "TEXT",
        multiple=option.many,
        nargs=option.word_count,
        required=option.default is REQUIRED and not option.today,
        help=option.help + (" Repeatable." if option.many else "") + _default(option),
    )


def _default(option: Option) -> str:
    """The default in brackets, where there is one that the help does not tell."""
    if option.default in (REQUIRED, None, (), {}, "") or "default" in option.help:
        return ""
    shown = f"{option.default:g}" if isinstance(option.default, float) else option.default
    if type(option.default) is int and option.name != "seed":
        shown = f"{option.default:,}"
    return f" [default: {shown}]"
