"""Whole texts that commands print of answers made up to meet each branch; `kept/` holds them."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from provenet.cli.ach import ach_lines
from provenet.cli.add import add_lines
from provenet.cli.ask import answer_lines
from provenet.cli.brief import brief_lines
from provenet.cli.check import check_lines, menu_lines, question_lines
from provenet.cli.demo import demo_lines
from provenet.cli.depend import depend_lines
from provenet.cli.diff import diff_lines
from provenet.cli.expose import expose_lines, inside_lines, scenario_lines, sites_lines
from provenet.cli.fund import fund_lines
from provenet.cli.influence_report import influence_lines
from provenet.cli.ladder import ladder_lines
from provenet.cli.lines import heading, network_list, route_interval, route_share
from provenet.cli.plan import plan_lines
from provenet.cli.retract import retraction_lines
from provenet.cli.screen import case_lines, screen_lines
from provenet.cli.status import run_lines, status_lines
from support.kept import assert_kept, printed
from unit.cli import answers_of_verbs as made

KEPT = Path(__file__).parent / "kept"
PRINTED: dict[str, dict[str, Iterable[str]]] = {
    "lines": {
        "headings": [
            heading(made.DAY, None),
            heading(made.DAY, made.KNOWN, {}),
            heading(made.DAY, made.KNOWN, {"a": "b", "c": "d"}),
        ],
        "networks": [network_list(range(at)) for at in (0, 1, 5, 6)],
        "shares": [
            *(route_share(one) for one in (None, 0.5, 1.0, 0.12345)),
            *(route_interval(0.1, high) for high in (0.1, 0.2)),
        ],
    },
    "ladder": {
        "whole": ladder_lines(made.LADDER), "bare": ladder_lines(made.LADDER_BARE),
        "sure": ladder_lines(made.LADDER_SURE),
    },
    "paths": {name: influence_lines(one) for name, one in made.PATHS_SAID.items()},
    "diff": {name: diff_lines(one) for name, one in made.DIFF_SAID.items()},
    "ach": {name: ach_lines(one) for name, one in made.ACH.items()},
    "ask": {"whole": answer_lines(made.ASK), "one": answer_lines(made.ASK_ONE)},
    "plan": {"whole": plan_lines(made.PLAN)},
    "screen": {name: screen_lines(one) for name, one in made.SCREEN.items()},
    "cases": {"cases": case_lines(made.CASES)},
    "check": {
        "first": check_lines(made.CHECK), "whole": check_lines(made.CHECK, whole=True),
        "bare": check_lines(made.CHECK_BARE), "quiet": check_lines(made.CHECK_QUIET),
        "questions": question_lines(made.CHECK), "menu": menu_lines(made.MENU), "no menu": menu_lines([]),
    },
    "expose": {name: expose_lines(one) for name, one in made.EXPOSE.items()},
    "expose-inside": {"whole": inside_lines(made.OWN_NETWORKS)},
    "expose-scenarios": {name: scenario_lines(one) for name, one in made.SCENARIOS.items()},
    "expose-sites": {name: sites_lines(one) for name, one in made.SITES.items()},
    "depend": {"whole": depend_lines(made.DEPEND)}, "fund": {"whole": fund_lines(made.FUND)},
    "add": {"whole": add_lines(made.ADD)},
    "status": {name: status_lines(one, "CASE-PLACE") for name, one in made.STATUS.items()},
    "run": {name: run_lines(one, "CASE-PLACE") for name, one in made.RENEWAL.items()},
    "retract": {name: retraction_lines(one) for name, one in made.RETRACTIONS.items()},
    "brief": {"made": brief_lines(made.BRIEF, ()), "copied": brief_lines(made.BRIEF, made.COPIES)},
    "demo": {name: demo_lines(one, made.COPIES) for name, one in made.DEMO.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", PRINTED)
def test_a_command_prints_what_is_kept(name: str) -> None:
    assert_kept(KEPT / f"{name}.txt", printed(PRINTED[name]))
