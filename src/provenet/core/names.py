"""Names as people write them: one folded form to compare by, and which known names lie near one that nobody lists.

Folding drops what does not tell two parties apart: case, width, accents of Latin and Greek letters, hyphens, spaces,
marks and legal forms. Voicing marks of kana and everything else in other scripts stay. A name lies near another if it
is one letter off in four letters, or at most two in five or more; shorter names are near nothing. A letter is
replaced, added, lost, or exchanged with its neighbour. Words of one letter or with figures must agree: `Vendor A` is
not `Vendor B` misspelt. Source: own; the distance is that of optimal string alignment (F. Damerau, Communications of
the ACM 7, 1964).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import combinations, product

from provenet.core.grouping import grouped

_FORMS = """
    ab ag aktiengesellschaft ans aps as asa bv bvba co company corp corporation cv doo dd ead eood gmbh gk inc
    incorporated jsc kabushikikaisha kft kg kgaa kk limited llc llp lp ltd ltda nv nyrt ohg ojsc ood oy oyj pjsc plc pte
    pty pvt sa sab sae sal sarl sas se sl slu spa spj spk spzoo sprl srl sro sv tbk uab ug ulc zao zrt
    株式会社 有限会社 合同会社 有限公司 有限责任公司 股份有限公司 有限責任公司 주식회사 ооо оао зао пао ао
"""
LEGAL_FORMS = frozenset(_FORMS.split())
"""Words that say how a company is constituted, with no dots or strokes."""
_ATTACHED = re.compile(
    r"\A(株式会社|有限会社|合同会社|주식회사)|(株式会社|有限会社|合同会社|(股份)?有限公司|有限责任公司|有限責任公司|주식회사)\Z"
)
_BRACKETED = re.compile(r"[(（][株有]?[)）]|[㈱㈲]")
_ABBREVIATED = re.compile(r"(?<![^\W\d_])(?:[^\W\d_][./]\s?){1,6}[^\W\d_]?(?![^\W\d_])")
"""Single letters with dots or strokes between them, such as `S.p.A.`, `B. V.` or `A/S`."""
_SPACED_FORMS = (
    ("sp zoo", "spzoo"),
    ("sp z oo", "spzoo"),
    ("sp z o o", "spzoo"),
    ("kabushiki kaisha", "kabushikikaisha"),
)
_LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ŧ": "t"}
)
_SPLIT = re.compile(r"[^\w&+]+|_")
_FIGURES = re.compile(r"\d+")
_CONNECTORS = frozenset({"&", "and", "und", "+"})


@lru_cache(maxsize=1 << 16)
def fold_name(name: str) -> str:
    """The form in which names are compared: without case, width, accents, hyphens, spaces, marks and legal forms.

    A name that is nothing but a legal form or marks keeps them. The latest 65,536 names are remembered.

    >>> fold_name("Telefónica Germany GmbH & Co. OHG")
    'telefonicagermany'
    >>> fold_name("ＮＴＴドコモ株式会社") == fold_name("NTT ドコモ")
    True
    """
    return "".join(name_words(name)) or unicodedata.normalize("NFKC", name).casefold().strip()


def name_words(name: str) -> list[str]:
    """The words of a name as it is folded, without legal forms unless it is nothing else."""
    bare = _BRACKETED.sub(" ", name)
    text = unicodedata.normalize("NFKC", bare if bare.strip() else name).casefold()
    words = plain_words(_ABBREVIATED.sub(lambda hit: re.sub(r"[./\s]", "", hit[0]) + " ", text))
    return _without_forms(words) or words


def plain_words(text: str) -> list[str]:
    """The words of any text without case, width, marks and the accents of Latin and Greek letters.

    >>> plain_words("Telefónica: Ｏ２, クラウド")
    ['telefonica', 'o2', 'クラウド']
    """
    plain = _plain_letters(unicodedata.normalize("NFKC", text).casefold())
    return [word for word in _SPLIT.split(re.sub("['’]", "", plain)) if word]


def _plain_letters(text: str) -> str:
    """Latin and Greek letters without their accents; all other scripts as they are."""
    if text.isascii():
        return text
    made: list[str] = []
    for letter in unicodedata.normalize("NFD", text):
        is_accent = "\u0300" <= letter <= "\u036f"
        if not (is_accent and made and (made[-1] < "\u0400" or "\u1e00" <= made[-1] < "\u2000")):
            made.append(letter)
    return unicodedata.normalize("NFC", "".join(made)).translate(_LETTERS)


def _without_forms(words: list[str]) -> list[str]:
    """The words of a name but for the legal forms at its end, and one at its head that is written there."""
    text = " ".join(words)
    for spaced, joined in _SPACED_FORMS:
        text = re.sub(rf"\b{spaced}\b", joined, text) if spaced in text else text
    kept = text.split()
    if len(kept) > 1 and kept[0] in {"ооо", "оао", "зао", "пао", "ао", "株式会社", "有限会社", "pt"}:
        kept = kept[1:]
    while len(kept) > 1 and (kept[-1] in LEGAL_FORMS or (kept[-1] in _CONNECTORS and len(kept) > 2)):
        kept = kept[:-1]
    if kept and (bare := _ATTACHED.sub("", kept[-1] if len(kept) > 1 else kept[0])):
        kept[-1 if len(kept) > 1 else 0] = bare
    if len(kept) > 1 and (bare := _ATTACHED.sub("", kept[0])):
        kept[0] = bare
    return kept


def letters_off(one: str, other: str, most: int) -> int | None:
    """How many letters two words differ by, or None where by more than `most`. Cost O(len(one) x len(other)).

    >>> letters_off("huawei", "huawey", 2), letters_off("nokia", "noika", 2), letters_off("nokia", "ericsson", 2)
    (1, 1, None)
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, row, above = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


@lru_cache(maxsize=1 << 16)
def letter_mask(folded: str) -> int:
    """Which letters a word has, as bits: a letter off changes at most one bit each way."""
    return sum(1 << bit for bit in {ord(letter) % 61 for letter in folded})


def most_letters_off(folded: str) -> int:
    """How many letters a name may be off and still lie near another, by how many it has.

    >>> [most_letters_off(word) for word in ("zte", "kddi", "nokia")]
    [0, 1, 2]
    """
    return 2 if len(folded) >= 5 else 1 if len(folded) == 4 else 0


@lru_cache(maxsize=1 << 16)
def _designators(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from its likes by one letter or a figure: `Vendor A`, `Route 66`."""
    words = _SPLIT.split(unicodedata.normalize("NFKC", name).casefold())
    return tuple(word for word in words if len(word) == 1 or any(letter.isdigit() for letter in word))


def near_names(name: str, known: Iterable[str], folded: Callable[[str], str] = fold_name) -> list[str]:
    """The known names that a name lies near but does not equal once folded, the nearest first. Cost O(known names).

    Parameters
    ----------
    name
        A name as somebody wrote it.
    known
        Known names in any spelling.
    folded
        The form in which they are compared: `fold_name`, or another for words that are no names of parties.

    Returns
    -------
    list of str
        As first spelled in `known`, each once; ties in alphabetical order. Empty where one of them equals the name
        folded: then it is known, not near.

    >>> near_names("Huawey", ["Huawei", "ZTE", "Nokia"])
    ['Huawei']
    >>> near_names("Telefónica Germany", ["Telefonica Germany"])
    []
    """
    written = folded(name)
    most = most_letters_off(written)
    found: list[tuple[int, str]] = []
    seen: set[str] = set()
    for one in known:
        other = folded(one)
        if other == written:
            return []
        if most and other not in seen and len(other) > most and _may_be_off(written, other, most):
            off = letters_off(written, other, most) if _designators(one) == _designators(name) else None
            found += [] if off is None else [(off, one)]
        seen.add(other)
    return [one for _, one in sorted(found)]


def _may_be_off(one: str, other: str, most: int) -> bool:
    """Whether two words may be at most so many letters off, by their lengths and the letters they have alone."""
    return abs(len(one) - len(other)) <= most and (letter_mask(one) ^ letter_mask(other)).bit_count() <= 2 * most


def near_pairs(names: Iterable[str]) -> list[tuple[str, str, int]]:
    """Pairs of names that lie near each other or are equal once folded, with how many letters they are off.

    Names whose figures differ are never near: `Site 1` is not `Site 2` misspelt. Cost O(names x letters^2) in time and
    memory; two names share a form with at most two letters left out if they are at most two letters off.

    >>> near_pairs(["Huawei", "Huawey", "Élan S.A.", "Elan", "ZTE", "ZTF"])
    [('Elan', 'Élan S.A.', 0), ('Huawei', 'Huawey', 1)]
    """
    spelled = grouped((fold_name(name), name) for name in sorted(set(names)))
    found = [(one, other, 0) for group in spelled.values() for one, other in combinations(group, 2)]
    shorter = grouped(
        ("".join(letter for at, letter in enumerate(folded) if at not in left_out), folded)
        for folded in sorted(spelled)
        for count in range(most_letters_off(folded) + 1)
        for left_out in combinations(range(len(folded)), count)
    )
    close = {pair for group in shorter.values() for pair in combinations(sorted(set(group)), 2)}
    for one, other in close:
        most = min(most_letters_off(one), most_letters_off(other))
        off = letters_off(one, other, most) if _FIGURES.findall(one) == _FIGURES.findall(other) else None
        found += [(min(a, b), max(a, b), off) for a, b in product(spelled[one], spelled[other])] if off else []
    return sorted(found)
