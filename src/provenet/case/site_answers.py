"""What the owners of sites answered: of each question the newest answer that is not blank."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from provenet.case.rows import SiteAnswerRow, SiteRow


@dataclass(frozen=True)
class SiteAnswers:
    """What is answered of one site; None and empty are not known, and `refs` are the answers that say so."""

    owner: str | None = None
    carriers: tuple[str, ...] = ()
    own_links: str | None = None
    refs: tuple[str, ...] = ()
    rows: tuple[SiteAnswerRow, ...] = ()


NO_ANSWERS = SiteAnswers()


def answers_by_site(rows: Iterable[SiteAnswerRow]) -> dict[str, SiteAnswers]:
    """The answers that stand, by site.

    Of each question the newest answer counts that is not blank. Where two of one day differ, every carrier that either
    names may serve the site, and the other questions are not known. Cost O(rows).
    """
    by_site: dict[str, list[SiteAnswerRow]] = {}
    for row in rows:
        by_site.setdefault(row["site_id"], []).append(row)
    return {site: _standing(found) for site, found in by_site.items()}


def served_by(site: SiteRow, answers: SiteAnswers) -> tuple[str, ...]:
    """The carriers that may serve a site: those its owner names, else the one its row names; none is not known."""
    return answers.carriers or ((site["carrier_id"],) if site["carrier_id"] else ())


def _standing(rows: Sequence[SiteAnswerRow]) -> SiteAnswers:
    owners = _newest(rows, lambda row: row["owner"] is not None)
    carriers = _newest(rows, lambda row: bool(row["carrier_ids"]))
    links = _newest(rows, lambda row: row["own_links"] is not None)
    used = {row["answer_id"]: row for row in (*owners, *carriers, *links)}
    return SiteAnswers(
        owner=_agreed(row["owner"] for row in owners),
        carriers=tuple(sorted({carrier for row in carriers for carrier in row["carrier_ids"]})),
        own_links=_agreed(row["own_links"] for row in links),
        refs=tuple(f"site_answer:{answer}" for answer in sorted(used)),
        rows=tuple(used[answer] for answer in sorted(used)),
    )


def _newest(rows: Sequence[SiteAnswerRow], is_answered: Callable[[SiteAnswerRow], bool]) -> list[SiteAnswerRow]:
    found = [row for row in rows if is_answered(row)]
    last = max((row["answered_on"] for row in found), default=None)
    return [row for row in found if row["answered_on"] == last]


def _agreed(words: Iterable[str | None]) -> str | None:
    found = set(words)
    return found.pop() if len(found) == 1 else None
