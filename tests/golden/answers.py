"""A case small enough to read whole, and what each verb answers of it with `--json`."""

from collections.abc import Callable
from pathlib import Path

SMALL = Path(__file__).parent / "small"
INTERNET = ("20250901.as-rel2.txt", "asnames.txt", "gov.csv", "mobile.csv")
WHERE = ("--country", "Japan", "--as-of", "2026-11-25")
PACKS = ("--packs", str(SMALL / "packs"))
RESTRICTED = ("--restricted", str(SMALL / "restricted.txt"))
AID = ("--scenarios", "400")
QUESTIONS = {
    "screen": ("screen", "case", *WHERE, "--policy", "test-pack", *PACKS),
    "depend": ("depend", "case", *WHERE),
    "expose": ("expose", "case", *WHERE, *RESTRICTED),
    "plan": ("plan", "case", *WHERE, *PACKS),
    "plan-cost": ("plan", "case", *WHERE, *PACKS, "--objective", "cost"),
    "plan-refused": ("plan", "case", *WHERE, *PACKS, "--budget", "1.2M", "JPY/2026"),
    "fund": ("fund", "case", *WHERE, *AID, "--exclude", "Acme", "--budget", "1.5M", "EUR/2024"),
    "fund-programme": ("fund", "case", *WHERE, *AID, "--exclude", "Acme", "--programme", "jp-aid"),
}


def answers(call: Callable[..., str]) -> dict[str, str]:
    """What `call` prints of each question, asked of a new case in the folder where it stands."""
    call("new", "case")
    inputs = sorted(path for path in SMALL.glob("*.csv") if path.name not in INTERNET)
    call("add", "case", *map(str, inputs), *(str(SMALL / name) for name in INTERNET))
    # A note names the packs by their path, and the digits of a path are no figures of ours.
    return {name: call(*words, "--json").replace(str(SMALL), "small") for name, words in QUESTIONS.items()}
