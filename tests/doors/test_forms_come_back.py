"""Forms beside a dossier, filled in, added, and what the next dossier says of it."""

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

from doors.conftest import ASKED, DAY, Provenet
from provenet.case.case import Case

ATOM = "{http://www.w3.org/2005/Atom}"
PAGES = ("outputs", DAY.isoformat())
SIGNED = {"You answer for (party)": "Huawei", "Your name": "Jane Roe", "Your office": "Office", "Day": "2024-08-01"}


def fill(form: Path, into: Path, about: str, answers: dict[str, str]) -> None:
    """Signs a form and answers the row that is about something."""
    records = [one for one in csv.reader(io.StringIO(form.read_bytes().decode("utf-8-sig"), newline="")) if one]
    head = next(one for one in records if one[0] in ("Reference", "Claim"))
    for record in records:
        label = next((name for name in SIGNED if record[0].startswith(name)), None)
        if label is not None:
            record[1:] = [SIGNED[label]]
        if record[0] == about:
            for heading, text in answers.items():
                record[head.index(heading)] = text
    with into.open("w", encoding="cp1252", errors="replace", newline="") as out:
        csv.writer(out, delimiter=";").writerows(records)


def entries(case: Path) -> list[str]:
    feed = ElementTree.parse(case.joinpath(*PAGES, "japan-data", "changes.atom")).getroot()
    return [str(one.findtext(f"{ATOM}content")) for one in feed.findall(f"{ATOM}entry")]


def test_a_reply_stands_in_the_next_dossier_beside_its_claim(provenet: Provenet, case: Path, tmp_path: Path) -> None:
    fill(
        case.joinpath(*PAGES, "japan-data", "reply-form.csv"),
        tmp_path / "reply.csv",
        "HW-LAW-1",
        {"Your answer: denies, qualifies or agrees": "denies", "What you say": "No order was ever given."},
    )
    added = provenet("add", case, tmp_path / "reply.csv", "--json")
    assert (added.code, added.json["files"][0]["added"]["claim"]) == (0, 1)
    assert provenet("run", case, "--json").code == 0
    page = case.joinpath(*PAGES, "japan-annex.html").read_text("utf-8")
    assert "Says: No order was ever given." in page
    assert "Answer of Jane Roe, Office, 2024-08-01" in page


def test_a_dossier_made_again_is_the_same_and_one_of_new_rows_names_what_changed(
    provenet: Provenet, case: Path, tmp_path: Path
) -> None:
    again = provenet("brief", case, *ASKED, "--json")
    assert provenet("brief", case, *ASKED, "--json").json == again.json
    assert entries(case) == [
        "No earlier dossier of Japan of all that the case held stands in this case. Nothing is compared."
    ]
    (tmp_path / "more.csv").write_text(
        "geo,level,carrier,segment,vendor_group,share_pct,qualifier,as_of,measure,source_title,source_url,source_date,"
        "status,note,checked_on\n"
        "Japan,country,,4G RAN,Huawei+ZTE,12,=,2024-06,share of subscribers,telko.in (Politico): Niemcy sa "
        "nadal hotspotem Huawei w Europie (Strand 5G shares),https://www2.telko.in/politico-niemcy-sa-nadal-hotspotem-huawei-w-europie,"
        "2024-06-30,CONFIRMED,,\n",
        encoding="utf-8",
    )
    assert provenet("add", case, tmp_path / "more.csv").code == 0
    assert provenet("run", case).code == 0
    dossiers = Case.open(case).read("dossier")
    assert dossiers.height == 2
    assert all(dossiers["figures"].list.len() > 3)
    newest, before = entries(case)
    assert "In the dossier of 1 August 2024:" in newest
    assert "12 %" in newest
    assert before in dossiers["headline"].to_list() and "12 %" not in before
    runs = Case.open(case).runs().height
    assert provenet("brief", case, *ASKED).code == 0
    assert Case.open(case).runs().height == runs
