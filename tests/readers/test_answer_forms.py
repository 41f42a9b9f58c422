"""Forms that came back: what was answered becomes rows with the signer as source; a blank is unknown, never no."""

import csv
import io
from collections.abc import Callable

import pytest

from provenet.case.answer_forms import REPLY_FORM, SITE_QUESTIONNAIRE, AnswerForm
from provenet.case.parties import PartyNames
from provenet.core.errors import InputFault
from support.reading import Reading, read_table_file

NAMES = PartyNames.built_in()
SITES = [{"site_id": "base-a", "name": "Base A", "town": "Ort"}, {"site_id": "base-b", "name": "=Base B", "town": ""}]
CLAIM = {
    "claim_id": "HW-LAW-1",
    "speaker": "A paper",
    "said": "2019",
    "paraphrase": "Says a thing",
    "vendors": "huawei",
    "topic": "law",
    "fact": "home_state_can_compel",
}
SIGNER = {"signer": "Jane Roe", "office": "Federal office of sites", "day": "2026-11-26"}


def filled(form: AnswerForm, signer: dict[str, str], *rows: dict[str, str]) -> bytes:
    return form.write(signer, rows)


def questionnaire(*answers: dict[str, str], **signer: str) -> bytes:
    rows = [{**site, **answer} for site, answer in zip(SITES, [*answers, {}, {}], strict=False)]
    return filled(SITE_QUESTIONNAIRE, {**SIGNER, "country": "Germany", **signer}, *rows)


def reply(answer: dict[str, str], **signer: str) -> bytes:
    return filled(REPLY_FORM, {**SIGNER, "party": "Huawei", **signer}, {**CLAIM, **answer})


def read(data: bytes, name: str = "form.csv") -> Reading:
    return read_table_file(name, data, None, names=NAMES)


def faults(data: bytes) -> list[str]:
    with pytest.raises(InputFault) as caught:
        read(data)
    return [fault.sentence() for fault in caught.value.faults]


def test_answers_become_rows_whose_source_is_the_signer() -> None:
    reading = read(
        questionnaire({"carriers": "Telefonica Germany; Deutsche Telekom", "own_links": "Yes", "owner": "Forces"})
    )
    assert reading.layout == "sites-questionnaire"
    (answer,) = reading.rows["site_answer"]
    assert (answer["site_id"], answer["country"], answer["owner"]) == ("base-a", "Germany", "Forces")
    assert (answer["carrier_ids"], answer["own_links"]) == (["deutsche-telekom", "telefonica-germany"], "yes")
    signed = (*list(SIGNER.values())[:2], "2026-11-26")
    assert (answer["signer"], answer["office"], str(answer["answered_on"])) == signed
    (source,) = [row for row in reading.rows["source"] if row["source_id"] == answer["source_id"]]
    assert source["title"] == "Answer of Jane Roe, Federal office of sites, 2026-11-26"
    assert (source["kind"], str(source["published_high_on"])) == ("primary", "2026-11-26")
    assert answer["locator"] == "form.csv row 12"


@pytest.mark.parametrize("blank", ["", "unknown", "Not known", "?"])
def test_a_blank_is_unknown_and_never_no(blank: str) -> None:
    reading = read(questionnaire({"carriers": blank, "own_links": blank, "owner": "Forces"}))
    (answer,) = reading.rows["site_answer"]
    assert (answer["carrier_ids"], answer["own_links"]) == ([], None)


def test_a_form_without_an_answer_makes_no_row_and_says_so() -> None:
    reading = read(questionnaire(signer="", day=""))
    assert reading.rows == {}
    assert reading.remarks == ("form.csv: the form holds no answer, so it makes no row.",)


def test_every_fault_of_a_questionnaire_is_reported_at_once() -> None:
    answers = ({"carriers": "Deutsche Telekomm; none", "own_links": "maybe"}, {"own_links": "no"})
    found = faults(questionnaire(*answers, signer="", day="26/11/2026", country="Atlantis"))
    carriers = "Which carriers serve it? Name them all, with ; between them"
    assert [one.split("; found")[0].split("\n")[0].removeprefix("form.csv ") for one in found] == [
        "row 9, Country: no such country",
        f"row 12, {carriers}: no such carrier",
        f"row 12, {carriers}: no such carrier",
        "row 12, Do links of your own carry part of its traffic? yes or no: neither yes nor no",
        "row 6, Your name: the signer's block leaves this empty.",
        "row 8, Day (YYYY-MM-DD or DD.MM.YYYY): not a day",
    ]
    assert "Nearest: Deutsche Telekom." in found[1]


@pytest.mark.parametrize("day", ["26.11.2026", "2026-11-26"])
def test_a_day_that_a_spreadsheet_wrote_with_dots_is_read(day: str) -> None:
    reading = read(questionnaire({"own_links": "no"}, day=day))
    assert [str(row["answered_on"]) for row in reading.rows["site_answer"]] == ["2026-11-26"]


def rewritten(data: bytes, delimiter: str, encoding: str, turn: Callable[[list[str]], list[str]]) -> bytes:
    records = [turn(one) for one in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows(records)
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), (";", "cp1252"), ("\t", "cp1252")]
)
def test_a_form_is_the_same_whatever_a_spreadsheet_made_of_it(delimiter: str, encoding: str) -> None:
    """Law: marks between cells, encoding, trailing empty cells and the order of columns change no row."""
    data = questionnaire({"carriers": "Deutsche Telekom", "owner": "Bundeswehr, Köln"}, {"own_links": "no"})

    def turn(record: list[str]) -> list[str]:
        cells = [*record, *[""] * (7 - len(record))]
        return [*cells[:2], *cells[:1:-1]] if record and record[0] in ("Reference", "base-a", "base-b") else cells

    other = read(rewritten(data, delimiter, encoding, turn)).rows["site_answer"]
    first = read(data).rows["site_answer"]
    assert [{**row, "file_id": ""} for row in other] == [{**row, "file_id": ""} for row in first]


def test_a_cell_that_begins_as_a_formula_is_kept_from_the_spreadsheet() -> None:
    assert b"'=Base B" in questionnaire()


def test_a_reply_is_a_claim_that_answers_another() -> None:
    reading = read(reply({"stance": "Denies", "answer": "Never.", "url": "https://example.org/a"}))
    assert reading.layout == "reply-form"
    (claim,) = reading.rows["claim"]
    assert (claim["answers_claim_id"], claim["stance"], claim["speaker"]) == ("HW-LAW-1", "denies", "Huawei")
    assert (claim["vendor_ids"], claim["fact"], claim["said"]) == (["huawei"], "home_state_can_compel", "2026-11-26")
    assert (claim["paraphrase"], claim["anonymous"]) == ("Says: Never.", "no")
    assert str(claim["claim_id"]).startswith("reply-")
    (source,) = [row for row in reading.rows["source"] if row["source_id"] == claim["source_id"]]
    assert (source["kind"], source["title"]) == ("party", "Answer of Jane Roe, Federal office of sites, 2026-11-26")


def test_every_fault_of_a_reply_is_reported_at_once() -> None:
    found = faults(reply({"stance": "rejects", "url": "example.org", "vendors": "Huawai"}, party="", day=""))
    assert [one.split(": ", 1)[1].split(";")[0].split(".\n")[0] for one in found] == [
        "the signer's block leaves this empty",
        "denies, qualifies or agrees: no such answer",
        "the row has an answer and no words",
        "no web address",
        "no such vendor",
        "the signer's block leaves this empty",
    ]


def test_reading_a_form_twice_gives_the_same_rows() -> None:
    data = reply({"stance": "agrees", "answer": "Yes, so it is."})
    assert read(data).rows == read(data, "form.csv").rows
    assert read(data).rows["claim"][0]["stance"] == "asserts"


def test_a_form_that_lost_its_headings_is_refused() -> None:
    data = questionnaire({"own_links": "no"}).replace(b"Reference", b"Ref")
    assert faults(data)[0].startswith("form.csv: the line of headings is missing.")


def test_what_stands_outside_the_form_is_a_fault() -> None:
    beyond = "," * len(SITE_QUESTIONNAIRE.headings) + "beyond\r\n"
    data = questionnaire({"own_links": "no"}) + f"base-c{beyond}".encode()
    data = data.replace(b"Your office,", b"Phone,12\r\nYour office,")
    assert [one.split(";")[0] for one in faults(data)] == [
        "form.csv row 7, Phone: this line is not of the form",
        "form.csv row 15: a cell stands beyond the columns of the form",
    ]


def test_amounts_and_shares_become_rows_of_demand_with_the_signer_as_source() -> None:
    reading = read(
        questionnaire(
            {
                "official": "200 to 400 Mbit/s",
                "own_network": "62,5-80 %",
                "own_satellite": "at most 1.5 Gbit/s",
                "leased_circuits": "at least 100 Mbit/s",
                "first_path": "Own satellite",
                "protection": "end to end",
            }
        )
    )
    found = {
        row["path"]: (row["choice_count"], row["low_amount"], row["high_amount"], row["amount_unit"])
        for row in reading.rows["site_demand"]
    }
    assert found == {
        None: (None, 200, 400, "Mbit/s"),
        "own_network": (None, 0.625, 0.8, "share"),
        "own_satellite": (1, None, 1.5, "Gbit/s"),
        "leased_circuits": (None, 100, None, "Mbit/s"),
    }
    (answer,) = reading.rows["site_answer"]
    assert {row["source_id"] for row in reading.rows["site_demand"]} == {answer["source_id"]}
    assert {str(row["stated_on"]) for row in reading.rows["site_demand"]} == {"2026-11-26"}
    assert {row["protection"] for row in reading.rows["site_demand"] if row["path"] is None} == {"end to end"}


def test_a_first_choice_without_an_amount_is_a_row_without_one() -> None:
    (row,) = read(questionnaire({"first_path": "public network"})).rows["site_demand"]
    assert (row["path"], row["choice_count"], row["low_amount"], row["high_amount"]) == (
        "public_network", 1, None, None,
    )  # fmt: skip


def test_every_amount_that_cannot_be_read_is_named_at_once() -> None:
    wrong = {
        "official": "much",
        "own_network": "1,000 Mbit/s",
        "own_satellite": "80 to 60 %",
        "leased_circuits": "120 %",
        "commercial_satellite": "5 parsecs",
        "first_path": "own netwrk",
        "protection": "some",
    }
    assert [one.split("; ")[0].rpartition(": ")[2] for one in faults(questionnaire(wrong))] == [
        "no such protection",
        "no such path",
        "no amount of traffic",
        "no amount of traffic",
        "no range of traffic",
        "no range of traffic",
        "no amount of traffic",
    ]


def test_a_questionnaire_sent_out_earlier_is_read_without_the_later_questions() -> None:
    rows = list(csv.reader(io.StringIO(questionnaire({"own_links": "yes"}).decode("utf-8-sig"), newline="")))
    later = {SITE_QUESTIONNAIRE.headings[key] for key in SITE_QUESTIONNAIRE.later}
    at = next(number for number, row in enumerate(rows) if "Reference" in row)
    kept = [place for place, heading in enumerate(rows[at]) if heading not in later]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([[row[k] for k in kept] if n >= at else row for n, row in enumerate(rows)])
    reading = read(text.getvalue().encode())
    assert [row["own_links"] for row in reading.rows["site_answer"]] == ["yes"]
    assert "site_demand" not in reading.rows
