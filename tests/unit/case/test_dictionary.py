"""The two files that are the model: what this release says, and how a contradiction is told."""

import polars as pl
import pytest

from provenet.case.dictionary import parse
from provenet.case.tables import table, tables, vocabulary, words

HEADER = "table,column,type,unit,key,null,refers_to,says\n"
SHARED = (
    "_input,row_id,text,,key,,,digest of the row\n"
    "_input,run_id,text,,,,run.run_id,the run\n"
    "_result,run_id,text,,,,run.run_id,the run\n"
    "run,run_id,text,,key,,,digest of the run\n"
)
VOCABULARY = """
tables:
  run: {kind: record, says: one run}
  claim: {kind: input, says: one claim}
words:
  stance: [asserts, denies]
"""


def refused(rows: str, vocabulary_yml: str = VOCABULARY) -> str:
    with pytest.raises(ValueError) as caught:
        parse(HEADER + SHARED + rows, vocabulary_yml)
    return str(caught.value)


def test_this_release_has_every_table_of_the_vocabulary_and_no_other():
    assert list(tables()) == list(vocabulary()["tables"])
    assert words("stance") == ("asserts", "denies", "qualifies")


def test_own_columns_come_first_and_replace_shared_ones_of_the_same_name():
    source = table("source")
    assert next(iter(source.schema)) == "source_id"
    assert source.key == ("source_id",)
    assert list(source.schema).count("source_id") == 1
    assert not source.column("source_id").nullable
    assert table("claim").column("source_id").nullable


def test_a_table_without_its_own_key_is_keyed_by_row_id():
    assert table("outreach").key == ("row_id",)
    assert table("outreach").id_column == "row_id"
    assert table("claim").key == ("claim_id",)
    assert table("claim").order == ["claim_id", "row_id", "run_id"]


def test_asking_for_an_unknown_name_names_the_nearest():
    with pytest.raises(ValueError, match=r"^no table 'clam' in dictionary.csv. Nearest: claim.$"):
        table("clam")
    with pytest.raises(ValueError, match=r"^no list 'stanse' in vocabulary.yml. Nearest: stance.$"):
        words("stanse")
    with pytest.raises(ValueError, match=r"^claim: no column 'speeker'. Nearest: speaker.$"):
        table("claim").column("speeker")


def test_a_sound_pair_of_files_is_read():
    made = parse(HEADER + SHARED + "claim,claim_id,text,,key,,,the id\n", VOCABULARY)
    assert list(made.tables["claim"].schema) == ["claim_id", "row_id", "run_id"]


def test_a_column_of_structs_has_the_fields_of_its_pseudo_table():
    rows = "_claim,how,text,,,,,x\n_flip,claims,list of _claim,,,,,x\n_flip,with,list,,,null,,x\n"
    made = parse(HEADER + SHARED + rows + "claim,claim_id,text,,key,,,x\nclaim,f,list of _flip,,,null,,x\n", VOCABULARY)
    column = made.tables["claim"].column("f")
    assert [field.name for field in column.fields] == ["claims", "with"]
    inner = pl.List(pl.Struct({"how": pl.String}))
    assert column.dtype == pl.List(pl.Struct({"claims": inner, "with": pl.List(pl.String)}))


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("claim,claim_id,string,,key,,,the id\nclaim,x,text,,key,,,y\n",
         "dictionary.csv row 6, claim.claim_id: unknown type 'string'."),
        ("claim,claim_id,text,,key,,,\n",
         "dictionary.csv row 6, claim.claim_id: says nothing; expected what the column holds in words."),
        ("claim,claim_id,text,,key,,,the id\nclaim,claim_id,text,,key,,,the id\n",
         "dictionary.csv row 7, claim.claim_id: the column stands there already."),
        ("claim,claim_id,text,,key,,,the id\nclaim,answers,text,,,null,claim.claimid,which\n",
         "dictionary.csv, claim.answers: refers_to 'claim.claimid' names no column. Nearest: claim.claim_id."),
        ("claim,claim_id,text,,key,,,the id\nclaim,n,int,,,null,claim.claim_id,which\n",
         "dictionary.csv, claim.n: only text or a list can refer to a row."),
        ("claim,claim_id,text,,kex,,,the id\n",
         "dictionary.csv row 6, claim.claim_id: a column is marked key or null or neither; found 'kex', ''."),
        ("claim,claim_id,text\n",
         "dictionary.csv row 6: expected 8 cells; found 3.\ndictionary.csv: no column of the table claim."),
        ("claim,claim_id,text,,key,,,the id\nclaims,x,text,,key,,,y\n",
         "vocabulary.yml, tables: claims is missing. Nearest: claim."),
        ("_flip,with,list,,,null,,x\nclaim,claim_id,text,,key,,,the id\nclaim,f,list of _flop,,,,,which\n",
         "dictionary.csv, f: no struct '_flop'. Nearest: _flip."),
        ("_flip,f,list of _flip,,,null,,x\nclaim,claim_id,text,,key,,,the id\nclaim,f,list of _flip,,,,,which\n",
         "dictionary.csv, f: no struct '_flip'. Nearest: _flip."),
    ],
)  # fmt: skip
def test_each_contradiction_of_the_dictionary_is_a_sentence(rows, told):
    assert refused(rows) == told


def test_all_faults_are_told_at_once():
    assert refused("claim,a,texts,,key,,,x\nclaim,b,text,,,,,\n").count("\n") == 1


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("kind: input", "kind: inputs", "vocabulary.yml, tables, claim: unknown kind 'inputs'. Nearest: input."),
        ("says: one claim", "says: ''", "vocabulary.yml, tables, claim: says nothing; expected what one row is."),
        ("[asserts, denies]", "[yes, no]",
         "vocabulary.yml, words, stance: expected a list of words; quote yes and no."),
        ("[asserts, denies]", "[asserts, asserts]", "vocabulary.yml, words, stance: a word stands twice."),
        ("words:", "closed: {claim.stanc: stance}\nwords:", "vocabulary.yml, closed: claim.stanc names no column."),
        ("words:", "closed: {claim.claim_id: stanse}\nwords:",
         "vocabulary.yml, closed, claim.claim_id: no list 'stanse'. Nearest: stance."),
        ("words:", "telling: {claim: [speaker]}\nwords:", "vocabulary.yml, telling: claim.speaker names no column."),
        ("words:", "sets: {claim.x: [all]}\nwords:", "vocabulary.yml, sets: claim.x names no column."),
        ("words:", "wordz:", "vocabulary.yml: expected the mappings tables and words."),
    ],
)  # fmt: skip
def test_each_contradiction_of_the_vocabulary_is_a_sentence(before, after, told):
    assert refused("claim,claim_id,text,,key,,,the id\n", VOCABULARY.replace(before, after)) == told


def test_another_header_is_refused_at_once():
    with pytest.raises(ValueError) as caught:
        parse("table,column\n", VOCABULARY)
    assert str(caught.value) == (
        "dictionary.csv row 1: expected the header table,column,type,unit,key,null,refers_to,says; found table,column."
    )
