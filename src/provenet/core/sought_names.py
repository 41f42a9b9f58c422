"""Which of the names that rules test another name may be: one that lies near, is held as a word, or cannot be read.

A subsidiary's name holds that of its group (`Huawei Technologies Deutschland GmbH`, `Huawei AB`), a brand that of a
carrier without its country. A name whose letters are not Latin cannot be folded to one that is, and may be any. Who
knows better says so by a row: such names are neither one nor two until then. Source: own, decision 0119.
"""

from collections.abc import Iterable
from itertools import accumulate, chain, takewhile

from provenet.core.countries import countries
from provenet.core.grouping import grouped
from provenet.core.names import LEGAL_FORMS, fold_name, name_words, near_names

NOBODY = ""
"""The id of a party that no rule tests: what else a name may mean that is a tested one but for its spelling."""


def is_latin(name: str) -> bool:
    """Whether a name can be folded to one in Latin letters: all of its letters are, legal forms aside.

    >>> is_latin("Télécom 3 株式会社"), is_latin("Хуавэй"), is_latin("华为 Technologies")
    (True, False, False)
    """
    return not any(letter.isalpha() and letter >= "\u0250" for word in name_words(name) for letter in word)


class SoughtNames:
    """Names that rules test, or that others bear, each with whom it means; and which of them a name may be.

    `brands` are names that end in a country, such as `Vodafone Germany`: without it they count too, but not for a name
    that ends in another country. Cost O(names), and of a question O(names) too.

    >>> SoughtNames([("Huawei", "huawei")]).may_be("Huawei Technologies Deutschland GmbH")
    ({'huawei': 'Huawei'}, 'holds the name of Huawei')
    """

    def __init__(self, names: Iterable[tuple[str, str]], brands: Iterable[tuple[str, str]] = ()) -> None:
        self._spelled: dict[str, dict[str, str]] = {}
        for name, party in names:
            self._spelled.setdefault(fold_name(name), {}).setdefault(party, name)
        named = ((*_brand(name), party, name) for name, party in brands)
        self._brands = grouped(
            (brand, (country, party, name)) for brand, country, party, name in named if country and brand not in _SORTS
        )
        self._longest = max(map(len, (*self._spelled, *self._brands)), default=0)

    def brands(self, name: str) -> dict[str, str]:
        """Whose names are this one and a country."""
        return {party: written for _, party, written in self._brands.get(fold_name(name), ())}

    def equal(self, name: str) -> dict[str, str]:
        """Whom a name means but for legal forms and marks, each with the name sought."""
        return self._spelled.get(fold_name(name), {})

    def held(self, name: str) -> dict[str, str]:
        """Whom a name means but for legal forms and marks, or by words of it that follow each other."""
        words, country = name_words(name), _brand(name)[1]
        found = dict[str, str]()
        runs = chain.from_iterable(
            takewhile(lambda run: len(run) <= self._longest, accumulate(words[start:])) for start in range(len(words))
        )
        for form in (fold_name(name), *runs):
            branded = {party for _, party, _ in self._brands.get(form, ())}
            found |= {party: one for party, one in self._spelled.get(form, {}).items() if party not in branded}
            for of, party, written in self._brands.get(form, ()):
                if country in (None, of):
                    found.setdefault(party, written)
        return found

    def may_be(self, *names: str) -> tuple[dict[str, str], str]:
        """Whom a party of some names may be that bears none of those sought, each with the name sought; and why."""
        every = [spelled for meant in self._spelled.values() for spelled in meant.values()]
        near = [one for name in names for one in near_names(name, every)]
        found = {party: one for name in (*names, *near) for party, one in self.held(name).items()}
        if found:
            return found, f"lies near {near[0]}" if near else f"holds the name of {min(found.values())}"
        if any(map(is_latin, names)):
            return {}, ""
        everyone = {party: one for meant in self._spelled.values() for party, one in meant.items()}
        return everyone, "its letters are not Latin: it may be any name that a rule tests"


_SORTS = frozenset({"bankof", "cable", "communications", "mobile", "telco", "telecom", "telekom", "telephone"})
"""What is no brand without a country: `Telecom Italia`."""


def _brand(name: str) -> tuple[str, str | None]:
    """A name without the country at its end, folded, and the code of that country."""
    words = name.split()
    while len(words) > 1 and fold_name(words[-1]) in LEGAL_FORMS:
        words.pop()
    for count in (1, 2, 3):
        code = countries().code(" ".join(words[-count:]).strip("()")) if count < len(words) else None
        if code:
            return fold_name(" ".join(words[:-count])), code
    return fold_name(name), None
