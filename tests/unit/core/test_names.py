"""How names are folded, and which known names lie near a misspelt one."""

import random
from itertools import takewhile

import pytest

from provenet.core.names import fold_name, letters_off, most_letters_off, near_names
from provenet.core.sought_names import SoughtNames


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Telefónica Germany", "TELEFONICA-GERMANY"), ("Huawei Technologies Co., Ltd.", "huawei technologies"),
        ("TIM S.p.A.", "tim"), ("KPN B.V.", "KPN BV"), ("TDC A/S", "TDC"), ("NTTドコモ株式会社", "ＮＴＴ ドコモ"),
        ("株式会社NTTドコモ", "NTTドコモ"), ("(株)ソフトバンク", "ソフトバンク"),
        ("华为技术有限公司", "华为技术"), ("ПАО МТС", "мтс"),
        ("Play Sp. z o.o.", "Play"), ("Vodafone GmbH & Co. KG", "vodafone"),
        ("Telefónica Germany GmbH & Co. OHG", "Telefonica Germany"), ("T–Mobile Česko a.s.", "T-Mobile Cesko"),
        ("Sønderborg", "sonderborg"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("NTT東日本", "NTT西日本"), ("ドコモ", "トコモ"), ("1&1", "11"), ("Three", "Tree"),
        ("Orange Belgium", "Orange Polska"), ("AS", "AB"),
    ],
)  # fmt: skip
def test_two_names_stay_two(one: str, other: str) -> None:
    assert fold_name(one) != fold_name(other)


def test_a_name_of_marks_or_of_a_legal_form_alone_keeps_them() -> None:
    assert fold_name("S.p.A.") == "spa"
    assert fold_name("***") == "***"
    assert fold_name("(株)") != ""
    assert fold_name("") == ""


KNOWN = ["Huawei", "HUAWEI", "ZTE", "Nokia", "KDDI", "Deutsche Telekom", "Telefonica Germany", "Cisco"]
KNOWN += ["Maker X", "Route 66"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Huawey", ["Huawei"]), ("Hawuei", ["Huawei"]), ("Huawai GmbH", ["Huawei"]),
        ("Deutche Telekom", ["Deutsche Telekom"]), ("Telefónica Germany", []), ("huawei", []), ("ZT", []), ("ZTF", []),
        ("ZTEE", ["ZTE"]), ("KDDJ", ["KDDI"]), ("KDJJ", []), ("Noika", ["Nokia"]), ("Nomib", ["Nokia"]),
        ("Ericsson", []), ("Maker Y", []), ("Makr X", ["Maker X"]), ("Route 67", []), ("", []),
    ],
)  # fmt: skip
def test_a_misspelt_name_lies_near_the_known_one(name: str, near: list[str]) -> None:
    assert near_names(name, KNOWN) == near


def test_the_nearest_comes_first() -> None:
    assert near_names("Ciscoo", ["Ciscxx", "Cisco"]) == ["Cisco", "Ciscxx"]


def edits(one: str, other: str) -> int:
    """The distance by its definition, without any cut."""
    if not one or not other:
        return len(one) + len(other)
    costs = [edits(one[1:], other) + 1, edits(one, other[1:]) + 1, edits(one[1:], other[1:]) + (one[0] != other[0])]
    if one[:2] == other[1::-1] and len(one) > 1 and len(other) > 1:
        costs.append(edits(one[2:], other[2:]) + 1)
    return min(costs)


def test_letters_off_is_the_distance_by_definition() -> None:
    draw = random.Random(7)
    for _ in range(400):
        one, other = ("".join(draw.choices("abc", k=draw.randint(0, 5))) for _ in range(2))
        found = edits(one, other)
        for most in range(4):
            assert letters_off(one, other, most) == (found if found <= most else None), (one, other)
            assert letters_off(other, one, most) == letters_off(one, other, most)


def test_short_words_allow_no_slip() -> None:
    assert [most_letters_off("x" * n) for n in range(7)] == [0, 0, 0, 0, 1, 2, 2]


def test_the_runs_of_a_long_name_are_no_longer_than_the_names_sought(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr("provenet.core.sought_names.takewhile", lambda _, runs: looked.extend(takewhile(_, runs)) or [])
    SoughtNames([("Huawei", "huawei")]).held(" ".join(["abc"] * 500))
    assert len(looked) == 999 and max(map(len, looked)) == 6
