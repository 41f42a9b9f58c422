"""A carrier's own sites are told from sensitive ones: by what the row says, by its words, by what stands there."""

import polars as pl
import pytest

from provenet.case.sites import sensitive_sites
from provenet.case.tables import empty

PUBLISHED, OWN_FILE = "some-list", "file-0123456789ab"


Row = dict[str, str | None]


def site(name: str, **fields: str | None) -> Row:
    return {"site_id": name, "source_id": PUBLISHED, **fields}


def rows_of(*sites: Row) -> pl.DataFrame:
    schema = empty("site").schema
    return pl.DataFrame([{column: row.get(column) for column in schema} for row in sites], schema=schema)


def kept(*sites: Row, assets: tuple[str | None, ...] = (), answers: tuple[str, ...] = ()) -> list[str]:
    standing = pl.DataFrame({"site_id": assets}, schema={"site_id": pl.String})
    answered = pl.DataFrame({"site_id": answers}, schema={"site_id": pl.String})
    return sensitive_sites(rows_of(*sites), standing, answered)["site_id"].to_list()


@pytest.mark.parametrize("words", ["mast", "Radio Mast", "masts; leased", "cell-site", "BASE STATIONS"])
@pytest.mark.parametrize("column", ["role", "site_class"])
def test_words_of_role_and_class_make_a_site_a_carriers_own(words: str, column: str) -> None:
    assert kept(site("a", **{column: words}), site("b", role="air base")) == ["b"]


@pytest.mark.parametrize("words", ["air; USAFE HQ", "mastiff kennels", "master station", None])
def test_other_words_do_not(words: str | None) -> None:
    assert kept(site("a", role=words)) == ["a"]


def test_what_the_row_says_goes_before_every_rule() -> None:
    rows = (site("a", site_kind="network"), site("b", site_kind="sensitive", role="mast", source_id=OWN_FILE))
    assert kept(*rows, assets=("b",), answers=("a",)) == ["b"]


def test_where_assets_stand_and_no_publication_names_the_site_it_is_a_carriers_own() -> None:
    rows = (site("a", source_id=OWN_FILE), site("b", source_id=OWN_FILE), site("c"))
    assert kept(*rows, assets=("a", "c", None)) == ["b", "c"]


def test_a_site_that_its_owner_answered_for_is_sensitive() -> None:
    rows = (site("a", source_id=OWN_FILE), site("b", role="mast"))
    assert kept(*rows, assets=("a",), answers=("a", "b")) == ["a", "b"]


def test_absent_tables_count_as_empty() -> None:
    assert sensitive_sites(rows_of(site("a"), site("b", role="mast")), None, None)["site_id"].to_list() == ["a"]
    assert sensitive_sites(rows_of(), None, None).height == 0
