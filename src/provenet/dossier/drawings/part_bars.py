"""Parts of a whole under a policy side by side, and their swatches: pictures of the annex alone."""

from collections.abc import Sequence

from provenet.core import wording
from provenet.dossier.drawings.canvas import HATCHES
from provenet.dossier.drawings.row_chart import Slice, side_by_side, single_bar


def parts_bar(slices: Sequence[Slice], key: str, *, width: float = 300, tall: float = 20) -> str:
    """Parts of one whole side by side: restricted filled, clear filled lightly, unknown hatched by its reason."""
    words = ", ".join(f"{one.kind} {wording.interval(one.share, one.share)}" for one in slices)
    known = {"restricted", "clear", *HATCHES}
    spans = side_by_side(Slice(one.kind if one.kind in known else "verdict", one.share) for one in slices)
    return single_bar(spans, (), title=f"Parts of the whole: {words}", key=key, width=width, tall=tall)


def part_key(kind: str, key: str) -> str:
    """The filling of a part as a small swatch for a legend."""
    return parts_bar([Slice(kind, 1.0)], key, width=20, tall=10)
