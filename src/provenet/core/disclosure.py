"""What pages may count: nothing under five, and nothing from which a subtraction of shown figures gives such a count.

Withholding a small count is not enough where its whole and the other parts are shown (complementary suppression:
Hundepool et al., Statistical Disclosure Control, 2012, chapter 4). Further parts are withheld, least first, until what
remains of the whole is nowhere under five. Sets that lie within each other count too, as their difference is a set.
"""

from collections.abc import Sequence

from provenet.core.wording import number_word

LEAST_SHOWN = 5
"""A count below is on no page, but none at all may be said."""
LEAST_SHOWN_WORD = number_word(LEAST_SHOWN)
"""It in sentences of pages."""


def is_few(count: int) -> bool:
    """Whether a count, or the difference of two, is one that no page shows.

    >>> [is_few(one) for one in (0, 1, 4, 5, -3)]
    [False, True, True, False, True]
    """
    return 0 < abs(count) < LEAST_SHOWN


def is_enough(count: int) -> bool:
    """Whether a page may show what rests on so many.

    >>> [is_enough(one) for one in (0, 4, 5)]
    [False, False, True]
    """
    return count >= LEAST_SHOWN


def withheld_beside(whole: Sequence[int], parts: Sequence[Sequence[int]]) -> frozenset[int]:
    """The places of shown parts that have to be withheld so that the rest of the whole tells no few.

    Parameters
    ----------
    whole : counts that are shown, such as the traces of each tier to all targets.
    parts : the same counts of each part that is shown; parts that are not shown are the rest.

    Returns
    -------
    the places of those to withhold, by their first count least first.

    >>> sorted(withheld_beside([50], [[40], [7]])), sorted(withheld_beside([52], [[40], [7]]))
    ([1], [])
    """
    rest = [count - sum(part[at] for part in parts) for at, count in enumerate(whole)]
    withheld: list[int] = []
    for place in sorted(range(len(parts)), key=lambda one: (parts[one][0], one)):
        if not any(map(is_few, rest)):
            break
        withheld.append(place)
        rest = [count + part for count, part in zip(rest, parts[place], strict=True)]
    return frozenset(withheld)
