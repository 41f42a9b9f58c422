"""The law of slips: one letter off in a word of a pack that must resolve is a fault, and names a nearest word.

On open axes (acts, lists, classes of sites, capabilities, categories, buyers, measures) words of fewer than three
letters, of other figures or with a letter alone may be new.
"""

import random
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
import yaml

from provenet.core.errors import FaultList
from provenet.core.ids import fold
from provenet.policy.pack import parse_pack
from provenet.policy.packs import known_words
from provenet.policy.wordlists import fact_types

FOLDER = Path(str(resources.files("provenet"))) / "policy" / "policies"
PROSE = {"title", "says", "source", "citation", "leaves_out", "article", "text"}
FREE = {
    "id", "pack", "rank", "in_force", "adopted", "remove_by", "at_most_share", "control_above", "at_most", "at_least",
}  # fmt: skip
"""Ids, numbers and days, which no list of words can hold."""
OPEN = {"action", "listed_in", "site_class", "capability", "product_category", "buyer", "measure"}
"""Axes on which a word that lies near no known one is a new word."""
MOST = 40
"""How many words of a pack slip, drawn by the name of the pack."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def scalars(node: yaml.Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    """The words of a pack, each with the keys above it; keys themselves under `KEY`."""
    if isinstance(node, yaml.ScalarNode):
        yield path, node
    elif isinstance(node, yaml.SequenceNode):
        for part in node.value:
            yield from scalars(part, path)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield (*path, "KEY"), key
            yield from scalars(value, (*path, key.value))


def slip(word: str, draw: random.Random) -> str:
    """A word with one letter replaced, left out, added or exchanged with the next."""
    at = draw.choice([place for place, letter in enumerate(word) if letter.isalnum()])
    other = draw.choice(LETTERS if word[at].isalpha() else "0123456789")
    swapped = word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    return draw.choice(
        [word[:at] + other + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + other + word[at:], swapped]
    )


def is_known(path: tuple[str, ...], word: str, slipped: str) -> bool:
    """Whether a slip is by chance another word: one of the tables (`NC` for `CN`), or a policy of other figures."""
    words, known = known_words(), fold(slipped)
    listed = any(known in spelled for spelled in words.spelled.values()) or words.knows("countries", slipped)
    figures = path[-1] == "policy" and re.sub(r"\d", "0", known) == re.sub(r"\d", "0", fold(word))
    return listed or figures


def may_be_new(path: tuple[str, ...], word: str, slipped: str) -> bool:
    """Whether a slip is taken for a new word of an open axis: too short, or of other figures or a letter alone."""
    is_open = path[-1] in OPEN and len(path) > 1 and path[0] == "rules"
    parts = re.split(r"[\s_-]+", slipped)
    alone = any(len(part) == 1 for part in parts)
    return is_open and (len(fold(slipped)) < 3 or alone or re.findall(r"\d", word) != re.findall(r"\d", slipped))


def resolvable(path: tuple[str, ...], word: str) -> bool:
    if PROSE & set(path) or FREE & set(path) or (path[0] == "facts" and path[-1] != "KEY"):
        return False
    return any(letter.isalnum() for letter in word) and not word.isdigit()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yml")), ids=lambda path: path.stem)
def test_a_letter_off_in_any_word_that_must_resolve_is_a_fault(path: Path) -> None:
    text, draw = path.read_text("utf-8"), random.Random(path.stem)
    slips, near = 0, 0
    accepted = []
    words = [one for one in scalars(yaml.compose(text)) if resolvable(one[0], one[1].value)]
    for place, node in draw.sample(words, min(MOST, len(words))):
        word, start, end = node.value, node.start_mark.index, node.end_mark.index
        if word not in text[start:end]:
            continue
        slipped = slip(word, draw)
        if fold(slipped) == fold(word) or is_known(place, word, slipped):
            continue
        if may_be_new(place, word, slipped):
            continue
        changed = text[:start] + text[start:end].replace(word, slipped, 1) + text[end:]
        faults = FaultList()
        pack = parse_pack(path.name, changed.encode(), faults, words=known_words())
        slips += 1
        near += any(fault.nearest for fault in faults.faults)
        if pack is not None:
            accepted.append((place, word, slipped))
    assert accepted == []
    assert slips >= 10
    assert near >= 0.8 * slips, "a fault names the nearest word"


def test_every_type_of_a_bundled_fact_is_one_that_the_reader_knows() -> None:
    assert set(fact_types().values()) == {"bool", "number", "share", "date", "text"}
