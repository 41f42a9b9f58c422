"""Competing readings against a second implementation that recounts every matrix from nothing for every removal."""

from fractions import Fraction
from itertools import combinations
from statistics import pvariance

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenet.evidence import ach
from provenet.evidence.ach import Item, Matrix, diagnosticity, stability
from support.examples import examples

NAMES = "ABCD"
marks = st.sampled_from(["CC", "C", "N", "I", "II", None])


@st.composite
def matrix(draw, most: int = 7):
    width = draw(st.integers(1, 4))
    items = []
    for name in (f"c{at}" for at in range(draw(st.integers(0, most)))):
        row = tuple(draw(st.lists(marks, min_size=width, max_size=width)))
        origins = frozenset(draw(st.lists(st.sampled_from(["o1", "o2", "o3", name]), max_size=2)))
        items.append(Item(name, row, origins, draw(st.booleans()), draw(st.sampled_from([1.0, 0.75, 1.5, 0.1]))))
    points = {"I": draw(st.sampled_from([1, 0.3, 0])), "II": draw(st.sampled_from([2, 1, 0.6]).filter(lambda v: v > 0))}
    points["II"] = max(points.values())
    return list(NAMES[:width]), items, points


def recount(readings, items, points, gone=()):
    """Scores cell by cell, then places by counting who is below."""
    scores = []
    for at in range(len(readings)):
        total = Fraction(0)
        for item in items:
            if item.claim_id not in gone and item.marks[at] in ("I", "II"):
                total += Fraction(str(item.weight)) * Fraction(str(points[item.marks[at]]))
        scores.append(total)
    return scores


def places(readings, scores):
    order = []
    for value in sorted(set(scores)):
        order.append([name for name, score in zip(readings, scores, strict=True) if score == value])
    return order


def changed(base, then):
    return "first place" if base[0] != then[0] else "order" if base != then else None


def sets_by_trying_all(readings, items, points):
    base = places(readings, recount(readings, items, points))[0]
    hits = []
    for size in (1, 2, 3):
        for chosen in combinations(sorted(item.claim_id for item in items), size):
            then = places(readings, recount(readings, items, points, chosen))[0]
            if then != base:
                hits.append((chosen, then))
    return [(chosen, then) for chosen, then in hits if not any(set(less) < set(chosen) for less, _ in hits)]


@settings(max_examples=examples(300), deadline=None)
@given(matrix())
def test_every_figure_is_the_recounted_one(made) -> None:
    readings, items, points = made
    table = Matrix.of(readings, items, points)
    scores = recount(readings, items, points)
    base = places(readings, scores)
    assert table.order() == base
    assert list(table.scores().values()) == pytest.approx([float(score) for score in scores])
    assert table.ranks() == {n: 1 + sum(o < s for o in scores) for n, s in zip(readings, scores, strict=True)}
    found = stability(table)
    for one in found["items"]:
        then = places(readings, recount(readings, items, points, [one["claim_id"]]))
        assert (one["order"], one["changes"]) == (then, changed(base, then))
    assert [one["claim_id"] for one in found["items"]] == sorted(item.claim_id for item in items)
    for origin in {o for item in items for o in item.origins}:
        falls = [item.claim_id for item in items if origin in item.origins]
        then = places(readings, recount(readings, items, points, falls))
        one = next(one for one in found["origins"] if one["origin"] == origin)
        assert (one["falls"], one["order"], one["changes"]) == (falls, then, changed(base, then))
    own = [item.claim_id for item in items if item.own_word]
    if own:
        then = places(readings, recount(readings, items, points, own))
        assert found["own_word"] == {"claims": own, "order": then, "changes": changed(base, then)}
    else:
        assert found["own_word"] is None
    tried = sets_by_trying_all(readings, items, points)
    assert [(tuple(one["claims"]), one["first"]) for one in found["smallest"]] == tried[: ach.MOST_SETS]
    assert (found["smallest_count"], found["searched_up_to"]) == (len(tried), 3)


@settings(max_examples=examples(100), deadline=None)
@given(matrix())
def test_by_origin_is_the_recount_of_one_claim_per_set_of_origins(made) -> None:
    readings, items, points = made
    groups: dict[object, list[Item]] = {}
    for item in items:
        groups.setdefault(tuple(sorted(item.origins)) or item.claim_id, []).append(item)
    totals = [Fraction(0)] * len(readings)
    for group in groups.values():
        for at in range(len(readings)):
            totals[at] += max(recount(readings, [item], points)[at] for item in group)
    assert Matrix.of(readings, items, points).order_by_origin() == places(readings, totals)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(st.sampled_from("CI"), st.sampled_from("CI")), min_size=8, max_size=14))
def test_many_alike_claims_give_many_sets_counted_in_full_and_listed_in_order(rows) -> None:
    items = [Item(f"c{at:02}", row) for at, row in enumerate(rows)]
    tried = sets_by_trying_all(["A", "B"], items, ach.POINTS)
    found = stability(Matrix.of(["A", "B"], items))
    assert found["smallest_count"] == len(tried)
    assert [tuple(one["claims"]) for one in found["smallest"]] == [chosen for chosen, _ in tried][: ach.MOST_SETS]


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(marks, max_size=6))
def test_diagnosticity_is_the_variance_of_the_marks_set(row) -> None:
    values = [ach.MARK_VALUES[mark] for mark in row if mark]
    found = diagnosticity(row)
    assert found == (pytest.approx(pvariance(values)) if len(values) > 1 else None)
