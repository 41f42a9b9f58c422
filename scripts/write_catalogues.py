"""Compiles the catalogues of pages and of the web app: `make catalogues`.

src/provenet/core/languages/de.po -> de.mo, and the others. The same bytes at every time. Prints what a catalogue lacks.
"""

import ast
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from provenet.core import wording
from provenet.core.answer import LEAD

PACKAGE = Path(__file__).resolve().parent.parent / "src/provenet"
FOLDER = PACKAGE / "core/languages"
_CALL = re.compile(r'(?:\.text|\bt)\(\s*"((?:[^"\\]|\\.)*)"')


def compiled(source: Path) -> bytes:
    """The bytes of a catalogue as gettext reads it."""
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.stem)
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    made = BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def messages() -> set[str]:
    """Every message of ours."""
    return web_messages() | answer_messages() | figure_words() | closed_words()


def answer_messages() -> set[str]:
    """Every sentence of answers and of a first page: in templates, and constants and texts of the makers."""
    found = set(_texts_in(*sorted((PACKAGE / "dossier").rglob("*.j2"))))
    for place in (PACKAGE / "cli/ask.py", *sorted(PACKAGE.rglob("*.py"))):
        source = place.read_text("utf-8")
        if "provenet.core.answer import" in source or "provenet.core.language import" in source:
            found |= set(_texts_of_code(place, ast.parse(source)))
    return found


def _texts_of_code(place: Path, tree: ast.Module) -> Iterator[str]:
    """The messages of a module: constants with braces, and what its calls put into words or into slots."""
    module = import_module(".".join(place.relative_to(PACKAGE.parent).with_suffix("").parts))
    for name, value in vars(module).items():
        if name.isupper():
            texts = value.values() if isinstance(value, dict) else (value,)
            yield from (text for text in texts if isinstance(text, str) and "{" in text and text[0] != "/")
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        if name in ("sentence", "text", "t") and call.args:
            yield from _texts_of_node(call.args[0], module)
        words = {one.arg: one.value for one in call.keywords}
        if name == "Term":
            yield from _texts_of_node(words["text"], module)
        elif name == "Count" and "one" in words:
            yield from (f"{{number}} {one}" for one in _texts_of_node(words["one"], module))


def _texts_of_node(node: ast.expr, module: object) -> Iterator[str]:
    """The texts that an argument may be: as it stands, by its name, or one of two."""
    if isinstance(node, ast.IfExp):
        yield from (*_texts_of_node(node.body, module), *_texts_of_node(node.orelse, module))
    elif isinstance(node, ast.Subscript):
        yield from _texts_of_node(node.value, module)
    elif isinstance(node, ast.BoolOp):
        yield from (text for one in node.values for text in _texts_of_node(one, module))
    value = getattr(module, node.id, "") if isinstance(node, ast.Name) else getattr(node, "value", "")
    texts = value.values() if isinstance(value, dict) else (value,)
    yield from (text for text in texts if isinstance(text, str) and text)


def figure_words() -> set[str]:
    """How figures are put together: shares, amounts, days, ages and lists."""
    marks = ("", "under ", "over ")
    ends = {f"{over}{{first}} to {under}{{last}} %" for over, under in product(marks, marks)}
    alone = {f"{mark}{{number}} %" for mark in marks} | {"not known", "not known (0 to 100 %)", "{first} to {last}"}
    money = {"{currency} {amount}", "{currency} {millions}", "at least {amount}", "at most {amount}"}
    days = {*wording.MONTHS, "{day} {month} {year}", "1 {month} {year}", "{month} {year}", "{year} Q{quarter}"}
    ages = {"less than a month old", "{first} to {last} months old", "{number} month old", "at most {number} month old"}
    how = {"as published", "worked out", f"{LEAD}{{date}}, {{age}}"}
    return ends | alone | money | days | ages | how | {", ", " and ", " or ", "; "}


def closed_words() -> set[str]:
    """The words of closed lists that sentences and pages hold: parts of networks, services, readings, bases, titles."""
    from provenet.case import evidence_lines
    from provenet.case.tables import vocabulary, words
    from provenet.core.answer import TITLES
    from provenet.dependence import share_rows
    from provenet.dossier import holdings, unknowns
    from provenet.dossier.chapters import c10_answer
    from provenet.evidence import rules, verdict_rows
    from provenet.replacement.cost_answer import BASES

    lists = vocabulary()
    classes = {one["asset_class"] for one in (*lists["segments"].values(), *lists["asked_profiles"])} - {None}
    found = {wording.asset_class(one) for one in classes} | {*lists["segments"], *BASES.values(), *TITLES.values()}
    found |= {
        *unknowns.ASKED.values(),
        *holdings.WORDS.values(),
        *lists["asked_classes"].values(),
        *words("harm"),
        rules.EVERY_PART,
        rules.EVERY_VENDOR,
        "Europe",
        "world",
        *_authorities(),
    }
    found |= {*lists["site_traffic"]["services"].values(), *words("reading"), *words("stance"), *words("force")}
    found |= {word for word, *_ in evidence_lines.WORDS} | {*holdings.WORDS.values()}
    found |= {method + late for method in ("published", "counted") for late in ("", share_rows.BEFORE)}
    found |= {
        *verdict_rows.FORCES.values(),
        *(f"{verdict_rows.FORCES.get(one, one)}{verdict_rows.ELSEWHERE}" for one in ("law", "contract", "advice")),
    }
    found |= {"by whom is not stated", "total", "per year", "EU", "JPY"}
    drawn = {"a vendor that a policy names", "other named vendors", " (to be checked)"}
    return found | drawn | {c10_answer.TITLE, "whose equipment carries the traffic", "No result is legal advice."}


def _authorities() -> set[str]:
    """The governments, regulators and givers of aid that the bundled facts name."""
    from provenet.core.countries import packaged_rows

    parties = packaged_rows("facts", "parties_extra.csv")
    givers = {row["giver"] for row in packaged_rows("facts", "programme.csv") if row["basis"] != "assumed"}
    return givers | {row["name"] for row in parties if row["role"] in ("government", "regulator")}


def web_messages() -> set[str]:
    """Every sentence of the chrome: in its templates, in its pages, and those that its script says."""
    from provenet.web.chrome import SCRIPT_WORDS
    from provenet.web.page import pages

    found = {*SCRIPT_WORDS.values(), *(page.title for page in pages())}
    found |= set(_texts_in(*sorted((PACKAGE / "web/templates").glob("*.j2"))))
    for place in sorted((PACKAGE / "web").rglob("*.py")):
        found |= set(_CALL.findall(place.read_text("utf-8")))
    return found | run_time_words()


def _texts_in(*templates: Path) -> Iterator[str]:
    """The texts that templates ask `t` for."""
    for place in templates:
        for call in Environment().parse(place.read_text("utf-8")).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and call.args:
                yield from _texts_of(call.args[0])


def _texts_of(message: nodes.Node) -> Iterator[str]:
    """The texts that an argument of `t` may be, where the template holds them: one, or the values of a dictionary."""
    if isinstance(message, nodes.Const):
        yield message.value
    for pair in message.find_all(nodes.Pair):
        yield from _texts_of(pair.value)


def run_time_words() -> set[str]:
    """The words that pages fill in at run time: outcomes, months, states of jobs, kinds of tables and of answers."""
    from provenet.case.tables import words
    from provenet.core.wording import MONTHS
    from provenet.dossier import aid, plans
    from provenet.dossier.figure_tables import LETTER
    from provenet.routing.explain import RELATIONS
    from provenet.tools.route import REASON_WORDS, RUNG_WORDS
    from provenet.web import jobs, sql
    from provenet.web.pages import aid as aid_page
    from provenet.web.pages import figure, search, tables
    from provenet.web.pages import map as map_page
    from provenet.web.pages import plan as plan_page
    from provenet.web.reading import STALE

    listed = {word for name in ("outcome", "force", "stance") for word in words(name)}
    named = (REASON_WORDS, RUNG_WORDS, figure.STANCES, map_page.LAYERS, tables.KINDS)
    named += (*plans.HEADS.values(), *aid.HEADS.values())
    captions = {says for held in (plan_page.CAPTIONS, aid_page.CAPTIONS) for one in held.values() for says in one}
    titles = {*plan_page.CAPTIONS, *aid_page.CAPTIONS, aid.WHO, LETTER}
    states = {state.capitalize() for state in get_args(jobs.JobState)}
    texts = {text for one in named for text in one.values()} | {STALE}
    kept = {
        *listed,
        *MONTHS,
        *texts,
        *states,
        *captions,
        *titles,
        *search.KINDS,
        *RELATIONS,
        *sql.EXAMPLES,
        *jobs.TEXTS,
    }
    return kept | captions | titles | {"no rule in force"}


def main() -> None:
    """Writes each `.mo` beside its `.po`."""
    for source in sorted(FOLDER.glob("*.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))
        with source.open("rb") as file:
            held = {one.id if isinstance(one.id, str) else one.id[0] for one in read_po(file)}
        for message in sorted(messages() - held):
            sys.stderr.write(f"{source.name} lacks: {message}\n")


if __name__ == "__main__":
    main()
