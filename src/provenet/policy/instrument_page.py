"""The page of one instrument, and of all of them, as Markdown made from the rows of `instrument.py`.

A pure function: the same pack, criteria and cases give the same bytes. `scripts/write_instruments.py` writes the
files. Source: own.
"""

from collections.abc import Iterable, Sequence

from provenet.core import wording
from provenet.policy import instrument
from provenet.policy.pack import Pack

FORCE_WORDS = {
    "law": "law",
    "contract": "a contract; binds its parties only",
    "advice": "advice; not binding by itself",
    "proposal": "a proposal; has no effect until it is law",
}


def page(pack: Pack, issuer: str, criteria: Sequence[instrument.Row], *, cases: Sequence[instrument.CaseRow]) -> str:
    """The whole page as Markdown. Cost O(size of the pack)."""
    rows = instrument.rule_rows(pack)
    parts = [
        f"# {pack.title}\n",
        "Made by `make instruments` from the rule pack; edit the pack, not this page. No page here is legal advice.\n",
        f"{pack.says}\n",
        *_pairs(_about(pack, issuer)),
        "\n## Rules, the one that decides first on top\n",
        *(line for row in rows for line in _rule_section(row)),
        "## Facts that a case states\n",
        *_facts_section(pack, rows),
        "## Worked cases\n",
        *_cases_section(cases),
        "## Sources\n",
        *_sources_section(instrument.source_rows(pack, criteria)),
        "\n## What the pack leaves out\n",
        *(f"- {text}" for text in pack.leaves_out or ("Nothing is noted.",)),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _about(pack: Pack, issuer: str) -> list[tuple[str, str]]:
    first = instrument.first_day(pack)
    screened = "by name only: it is an example and appears on no country's page" if pack.example else f"`{pack.id}`"
    if pack.reading_of:
        screened = f"by name only: [`{pack.reading_of}`]({pack.reading_of}.md) reads the same instrument more fully"
    return [
        ("pack", f"[`{pack.id}`](../../src/provenet/policy/policies/{pack.place})"),
        ("issuer", issuer),
        ("jurisdiction", pack.jurisdiction or "none"),
        ("force", FORCE_WORDS[pack.force]),
        (_first_name(pack), wording.day(first) if first else "not on record"),
        *([("screened", screened)] if pack.example or pack.reading_of else []),
        *instrument.scope_rows(pack),
        ("what no rule reaches", f"*{pack.default}*"),
    ]


def _first_name(pack: Pack) -> str:
    return "proposed" if pack.force == "proposal" else "first in force"


def _rule_section(row: instrument.RuleRow) -> list[str]:
    pairs = [
        ("effect", row.effect),
        ("in force", row.in_force),
        ("remove by", row.remove_by),
        *(("cap", cap) for cap in row.caps),
        ("facts settled by", row.decided_by),
        ("rank", row.rank + ("" if row.policy == row.id else f", part of {row.policy}")),
        ("citation", row.citation),
        *([("article", row.article)] if row.article else []),
    ]
    return [
        f"### {row.id}\n",
        f"{row.says}\n",
        "It holds when:\n"
        if sum(line.startswith("-") for line in row.holds_when) == 1
        else "It holds when all hold:\n",
        *row.holds_when,
        "",
        *_pairs(pairs),
        f"\nUndetermined while one of these is not known and could change the answer: {'; '.join(row.open_while)}.\n",
    ]


def _facts_section(pack: Pack, rows: Sequence[instrument.RuleRow]) -> list[str]:
    used: dict[str, list[str]] = {}
    for row in rows:
        for key in row.facts:
            used.setdefault(key, []).append(row.id)
        for name in row.lists:
            used.setdefault(f"list {instrument.list_words(name)}", []).append(row.id)
    if not used:
        return ["None: the rules look at the asset, the vendor and the act alone.\n"]
    cells = [
        (f"`{key}`" if key in pack.fact_says else key, pack.fact_says.get(key, "the vendor is on it"), ", ".join(ids))
        for key, ids in sorted(used.items())
    ]
    return [*markdown_table(("fact", "says", "read by"), cells), ""]


def _cases_section(cases: Sequence[instrument.CaseRow]) -> list[str]:
    if not cases:
        return ["None.\n"]
    kept = sum(case.outcome == case.expected for case in cases)
    cells = [
        (f"[{c.id}](../../{c.file})", c.policy, c.as_of, c.asked, f"*{c.outcome}*" + _unlike(c), c.why) for c in cases
    ]
    head = ("case", "policy", "on", "given", "answer", "why")
    return [f"{kept} of {len(cases)} answered as expected.\n", *markdown_table(head, cells), ""]


def _unlike(case: instrument.CaseRow) -> str:
    return "" if case.outcome == case.expected else f" (expected {case.expected})"


def _sources_section(rows: Sequence[instrument.SourceRow]) -> list[str]:
    cells = [
        (
            f"[{row.title}]({row.address})" if row.address.startswith("http") else row.title,
            row.day,
            row.reading,
            ", ".join(row.rules) or "the pack",
        )
        for row in rows
    ]
    return markdown_table(("source", "of", "reading", "for"), cells)


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    body = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body]


def _pairs(rows: Sequence[tuple[str, str]]) -> list[str]:
    """Names and values; the first pair stands as the head, so that no empty row opens the table."""
    return markdown_table(rows[0], rows[1:])


def _silent(criteria: Sequence[instrument.Row], answered: set[str]) -> list[str]:
    """The section on the criteria that no rule answers."""
    rows = [row for row in criteria if row["policy_id"] not in answered]
    cells = [(f"`{row['policy_id']}`", row["jurisdiction"], row["policy"], row["criterion"]) for row in rows]
    if not cells:
        return []
    return [
        "\n## Criteria without a verdict of their own\n",
        "They inform the rules above, or are a power, a duty or a statement that tests no vendor. No pack asks them.\n",
        *markdown_table(("criterion", "where", "instrument", "in words"), cells),
    ]


def index_page(
    rows: Sequence[tuple[Pack, str, Sequence[instrument.CaseRow]]], criteria: Sequence[instrument.Row] = ()
) -> str:
    """The table of all instruments by jurisdiction, with the picture of when they are in force.

    Below it stand the `criteria` that no rule answers: they inform, and give no verdict of their own.
    """
    ordered = sorted(
        rows, key=lambda row: (row[0].example, row[0].jurisdiction, str(instrument.first_day(row[0])), row[0].id)
    )
    cells = []
    for pack, issuer, cases in ordered:
        first = instrument.first_day(pack)
        kept = sum(case.outcome == case.expected for case in cases)
        cells.append(
            (
                "any (example)" if pack.example else pack.jurisdiction,
                f"[{pack.title}]({pack.id}.md)",
                issuer,
                pack.force,
                (first.isoformat() if first else "") + (" (proposed)" if pack.force == "proposal" else ""),
                str(len(pack.rules)),
                f"{kept} of {len(cases)}",
            )
        )
    head = ("where", "instrument", "issuer", "force", "first in force", "rules", "worked cases answered as expected")
    return (
        "\n".join(
            [
                "# Instruments\n",
                "One page per rule pack, made by `make instruments` from the packs; edit the packs, not these pages.",
                "A pack is our reading of an instrument; each page says what was read and what is left out.",
                "None is legal advice.\n",
                "![When each instrument is in force, and its terms](timeline.svg)\n",
                *markdown_table(head, cells),
                "\nAn example is screened by name only (`provenet screen CASE --policy legal-compulsion`);",
                "it appears on no country's page.",
                *_silent(criteria, {rule.policy for pack, _, _ in rows for rule in pack.rules}),
            ]
        )
        + "\n"
    )
