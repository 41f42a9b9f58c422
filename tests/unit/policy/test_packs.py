"""Packs at hand: which pack, policy or rule an id names, which folder wins, and what is refused."""

from pathlib import Path

import pytest

from provenet.core.errors import FaultList, PackRefused
from provenet.policy.pack import Pack, parse_pack
from provenet.policy.packs import Packs, load_packs


def text(name: str, *rules: str) -> str:
    return f"pack: {name}\nrules:\n" + "".join(
        f"  - {{{rule}, effect: permit, when: {{layer: hardware}}}}\n" for rule in rules
    )


def pack(name: str, *rules: str) -> Pack:
    made = parse_pack(f"{name}.yml", text(name, *rules).encode(), FaultList())
    assert made is not None
    return made


def found(packs: Packs, name: str) -> tuple[str, list[str], bool] | None:
    selection = packs.find(name)
    return selection and (selection.pack.id, [rule.id for rule in selection.rules], selection.alone)


def test_an_id_names_a_pack_a_policy_or_a_rule() -> None:
    packs = Packs()
    packs.index(
        [pack("one", "id: A, policy: P", "id: B, policy: P", "id: C", "id: D, policy: Q"), pack("two", "id: E")]
    )
    assert found(packs, "one") == ("one", ["A", "B", "C", "D"], False)
    assert found(packs, "two") == ("two", ["E"], False)
    assert found(packs, "P") == ("one", ["A", "B"], False)
    assert found(packs, "Q") == ("one", ["D"], False)
    assert found(packs, "D") == ("one", ["D"], True)
    assert found(packs, "A") == ("one", ["A"], True)
    assert found(packs, "C") == ("one", ["C"], True)
    assert found(packs, " p ") == ("one", ["A", "B"], False)
    assert found(packs, "O-n e") == ("one", ["A", "B", "C", "D"], False)
    assert found(packs, "nothing") is None
    assert packs.ids() == ["A", "B", "C", "D", "E", "P", "Q", "one", "two"]
    assert list(packs.packs) == ["one", "two"]


def test_a_policy_of_one_rule_with_its_name_in_other_letters_is_that_rule() -> None:
    packs = Packs()
    packs.index([pack("one", "id: a-b, policy: A-B"), pack("two", "id: C-d, policy: c.d")])
    assert found(packs, "a-b") == ("one", ["a-b"], True)
    assert found(packs, "c.d") == ("two", ["C-d"], False)
    assert found(packs, "C-d") == ("two", ["C-d"], True)


def test_packs_come_first_and_then_each_pack_with_policies_before_rules() -> None:
    packs = Packs()
    packs.index([pack("p", "id: A, policy: q", "id: p, policy: s"), pack("q", "id: B, policy: A", "id: C, policy: p")])
    assert found(packs, "p") == ("p", ["A", "p"], False)
    assert found(packs, "q") == ("q", ["B", "C"], False)
    assert found(packs, "A") == ("p", ["A"], True), "a rule of the first pack comes before a policy of the second"
    assert found(packs, "s") == ("p", ["p"], False)
    packs = Packs()
    packs.index([pack("one", "id: R"), pack("two", "id: R", "id: S")])
    assert found(packs, "R") == ("one", ["R"], True)


def test_an_exact_name_comes_before_one_that_only_sounds_alike() -> None:
    packs = Packs()
    packs.index([pack("one", "id: a-b"), pack("two", "id: ab")])
    assert found(packs, "AB") == ("two", ["ab"], True)
    assert found(packs, "a b") == ("one", ["a-b"], True)


def write(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_packs_of_folders_and_files_join_the_bundled_ones(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "b.yml", text("later", "id: L"))
    write(folder, "a.yaml", text("sooner", "id: S"))
    write(folder, "c.txt", "no pack")
    (folder / "d.yml").mkdir()
    single = write(tmp_path / "e", "single.yml", text("single", "id: X")) / "single.yml"
    bundled = load_packs()
    packs = load_packs([folder, single])
    assert list(packs.packs) == ["sooner", "later", "single", *bundled.packs]
    assert packs.packs["sooner"].place == "a.yaml"
    assert packs.notes == []
    assert len(bundled.packs) == 62
    assert next(iter(bundled.packs)) == "at-tkg-45-2021"


def test_a_pack_of_a_folder_replaces_the_bundled_one(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "own.yml", text("DE-BSIG", "id: OWN", "id: DE-2024-CORE"))
    packs = load_packs([folder])
    (note,) = packs.notes
    assert note.startswith("The pack de-bsig from a folder replaces the bundled one. It has no DE-NIS2, ")
    assert "de-bsig" not in packs.packs
    assert found(packs, "de-bsig") == ("DE-BSIG", ["OWN", "DE-2024-CORE"], False)
    assert found(packs, "DE-2024-CORE") == ("DE-BSIG", ["DE-2024-CORE"], True)
    assert len(packs.packs) == 62
    assert packs.undecided["DE-BSIG"] == ()
    assert load_packs().notes == []


def refused(*folders: Path) -> list[str]:
    with pytest.raises(PackRefused) as caught:
        load_packs(folders)
    assert caught.value.count == len(caught.value.faults)
    return [fault.sentence() for fault in caught.value.faults]


def test_folders_without_packs_are_refused(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty", "a.txt", "x")
    assert refused(tmp_path / "none", empty) == [
        f"{tmp_path}/none: no such folder of rule packs; expected a folder that holds .yml files.",
        f"{empty}: the folder holds no rule pack; expected files that end in .yml or .yaml.",
    ]


def test_every_fault_of_every_file_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "a.yml", text("one", "id: A, in_force: [2024-01-01, 2024-01-01]"))
    write(folder, "b.yml", "pack: two\n")
    write(folder, "c.yml", text("ONE", "id: C", "id: a"))
    assert refused(folder) == [
        "b.yml line 1: a pack needs rules; expected a list of at least one rule.",
        "c.yml line 1: the pack appears twice; found 'ONE', expected one (the first is at a.yml line 1).",
        "c.yml line 4: the rule appears twice; found 'a', expected one (the first is at a.yml line 3).",
        "a.yml line 3: rule A cannot be reached: its interval is empty; found '[2024-01-01, 2024-01-01)', expected a "
        "first day before the end.\n    Correct the rule or remove it.",
    ]


def test_a_rule_and_a_pack_of_one_name_are_no_fault(tmp_path: Path) -> None:
    folder = write(tmp_path / "a", "a.yml", text("one", "id: two"))
    write(folder, "b.yml", text("two", "id: one"))
    packs = load_packs([folder])
    assert found(packs, "one") == ("one", ["two"], False)
