"""The command `test`: the worked cases of rule packs, as lines for a person or as one JSON object."""

from provenet.cli.command import command
from provenet.cli.door import say, say_json, tell
from provenet.core.errors import EXIT_DONE, EXIT_FINDINGS
from provenet.tools.settings import PackTestSettings


@command(PackTestSettings, case=False)
def test(settings: PackTestSettings, as_json: bool) -> int:
    """Run the worked cases of rule packs.

    The answer says what they show of each rule. Cases are the files of worked cases in the folder of the pack; of a
    bundled pack, those of the product; of a pack that a case holds, those of the case and of the product. A rule is
    covered once a case makes it true, one false and one unknown. The days before, on and after each boundary of a rule
    are asked too. Exit code 1: a rule is not covered, a case is not answered as expected, or a boundary is not where
    the pack puts it.
    """
    from provenet.verbs.packs import run

    report = run(settings)
    tell(*report.notes)
    say_json(report.as_dict()) if as_json else say(report.lines())
    return EXIT_DONE if report.is_passed else EXIT_FINDINGS
