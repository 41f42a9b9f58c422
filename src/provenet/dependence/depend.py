"""How much rests on whom: tables in, rows of result tables out; no disk, no clock."""

from collections.abc import Callable, Iterable

from provenet.case.rows import AnyRow, FindingRow, PartyRow, RidesOnRow
from provenet.core.ids import names_in
from provenet.dependence.bounds import bound_figures, failure_figures, weightings
from provenet.dependence.carriers import segments
from provenet.dependence.concentration import concentration_rows
from provenet.dependence.gaps import gap_rows, plain_figure
from provenet.dependence.inventory import counted_figures
from provenet.dependence.parts import part_figures
from provenet.dependence.question import DependenceQuestion
from provenet.dependence.shares import contradictions, finding, implied_rows, published_rows, ref, unpublished_rows
from provenet.dependence.sites import site_figures

READS = names_in("""
    market_share carrier_share deployment procurement rides_on succession site site_answer party asset verdict
    rest_verdict source
""")
"""The tables the room reads; those that end in `_later` hold estimates published after the day known."""


def depend(question: DependenceQuestion) -> dict[str, list[AnyRow]]:
    """Rows of the tables that `depend` writes, for one country on one day.

    The question has the tables named in `READS` as known on the day; `market_share_later`, `carrier_share_later` and
    `deployment_later` hold what was published after it about the time before, and only ever lead to rows marked as
    later estimates. Its country may also be a region that shares are published of, such as "World". Every share is an
    interval that holds for the rows given; it says nothing about traffic, and an interval of a weighted measure rests
    on the assumption its label names. Laws: renaming parties and countries changes no number; unknown is never clear;
    one more row of the same whole only narrows. Cost O(rows + carriers x vendors x weightings) small linear programmes.
    """
    shares = [plain_figure(row) for row in (*published_rows(question), *implied_rows(question))]
    shares += [*bound_figures(question), *counted_figures(question), *part_figures(question)]
    published = [figure.row for figure in shares if figure.row["part"] is None and figure.row["method"] != "counted"]
    shares += map(plain_figure, unpublished_rows(question, published))
    failures, sites = failure_figures(question), site_figures(question)
    gaps = [
        *gap_rows(question, "share_id", shares),
        *gap_rows(question, "failure_id", failures),
        *gap_rows(question, "dependence_id", sites),
    ]
    return {
        "vendor_share": _ordered((figure.row for figure in shares), "share_id"),
        "concentration": _ordered(concentration_rows(question), "concentration_id"),
        "common_failure": _ordered((figure.row for figure in failures), "failure_id"),
        "site_dependence": _ordered((figure.row for figure in sites), "dependence_id"),
        "gap": _ordered(gaps, "gap_id"),
        "finding": _ordered(contradictions(question) + _weights(question) + _preliminary(question), "finding_id"),
    }


def _ordered(rows: Iterable[AnyRow], key: str) -> list[AnyRow]:
    """Rows in the order of their ids, each id once."""
    by: Callable[[AnyRow], str] = lambda row: str(row[key])  # noqa: E731
    return sorted({by(row): row for row in rows}.values(), key=by)


def _weights(question: DependenceQuestion) -> list[FindingRow]:
    """Findings on weights that sum to more than the whole."""
    return [row for segment in segments(question) for row in weightings(question, segment.asset_class)[1]]


def _preliminary(question: DependenceQuestion) -> list[FindingRow]:
    """Arrangements that do not bind yet: they change no figure, and are listed."""
    carriers = {row["party_id"] for row in question.rows(PartyRow) if row["country"] in question.places}
    return [
        finding(
            "preliminary sharing",
            ref(row, "rides_on"),
            f"Preliminary; it changes no figure until it binds: {row['says']}.",
            repair="Add a row with binding = agreed and its first day once it binds.",
            inputs=[ref(row, "rides_on")],
        )
        for row in question.rows(RidesOnRow)
        if row["binding"] != "agreed" and row["carrier_id"] in carriers
    ]
