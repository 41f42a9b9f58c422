"""Writes src/provenet/facts/recorded/: what routes of the demo's countries cross and pass, in sums that may be shipped.

    python scripts/record_routes.py --graph 20250901.as-rel2.txt.bz2 --names asnames.txt --tags gov.csv mobile.csv \
        --as-of 2026-11-25

With `--known-on` the record is for a replay: lists of tags and names that are later than that day are an assumption,
and printed as one. Other days of the record are kept. `--out DIR` writes elsewhere, `--day` gives the day of the
receipt. The same files give the same bytes but for the code and the day of the receipt.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import provenet
from provenet.case.case import Case
from provenet.core.digest import code_version, sha256_bytes
from provenet.core.ids import row_id
from provenet.exposure import recorded
from provenet.exposure.networks import ExposureQuestion, NetworkRegister, TaggedNetworks
from provenet.exposure.recorded import TABLES, public_exposure, public_influence, public_remedy, public_transit, record
from provenet.verbs.country_runs import tags_of
from provenet.verbs.expose import ExposeSettings

PLACE = Path(__file__).resolve().parents[1] / "src" / "provenet" / "facts" / "recorded"
COUNTRIES = ("Germany", "Italy", "Japan")
RESTRICTED = ("China", "Russia", "United States")
"""Countries whose registered networks are a restricted set, each in a run of its own."""
CITATION = (
    "The CAIDA AS Relationships Dataset, {day}, https://www.caida.org/catalog/datasets/as-relationships/ (who sells "
    "transit to whom and who peers, inferred by CAIDA)"
)
TERMS = (
    "CAIDA asks for its acceptable use agreement and to be cited; the file is not shipped with the product, and sums "
    "over a country alone are. Of the lists of tags no terms are stated; names and tags are not shipped either."
)
LISTS = {
    "asnames": "names and countries of networks by RIPE NCC, a copy of February 2023",
    "": "tags of bgp.tools, a copy of May or June 2025",
}
"""What a list is and of which day, by how its name begins."""


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Write the record of routes.")
    parser.add_argument("--graph", type=Path, required=True)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--tags", type=Path, nargs="+", required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, required=True)
    parser.add_argument("--known-on", type=date.fromisoformat)
    parser.add_argument("--out", type=Path, default=PLACE)
    parser.add_argument("--day", type=date.fromisoformat, default=datetime.now(UTC).date())
    return parser


def routes_of(given: argparse.Namespace) -> dict[str, list[Mapping[str, Any]]]:
    """The public rows of one day, by table, each with the id of its receipt."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "case"
        provenet.new(place, "the record of routes")
        facts = Path(str(resources.files("provenet"))) / "facts"
        files = [facts / "parties_extra.csv", facts / "carrier_ids.csv", given.graph, given.names, *given.tags]
        added = provenet.add(place, files)
        assert not added.fault_count, added.faults
        days = {"as_of": given.as_of, "known_on": given.known_on, "later_tags": given.known_on is not None}
        found = [provenet.expose(place, restricted_country=[one], country=COUNTRIES, **days) for one in RESTRICTED]
        case = Case.open(place)
        receipt = receipt_of(given, found[0].graph_on)
        governments = governments_of(case, days)
        made: dict[str, list[Mapping[str, Any]]] = {"receipt": [receipt], **{name: [] for name in TABLES[1:]}}
        for at, report in enumerate(found):
            for country in report.countries:
                rows = {name: case.read_run(name, country.run_id).to_dicts() for name in TABLES[1:]}
                made["exposure"] += public_exposure(rows["exposure"])
                made["remedy"] += public_remedy(rows["remedy"])
                if at == 0:  # Neither depends on what is restricted.
                    made["transit"] += public_transit(rows["transit"])
                    made["influence"] += public_influence(rows["influence"], governments)
    return {name: [{**row, "receipt_id": receipt["receipt_id"]} for row in rows] for name, rows in made.items()}


def governments_of(case: Case, days: Mapping[str, Any]) -> frozenset[int]:
    """The networks of government and defence of any country, by the tags that the runs used."""
    tags = tags_of(ExposeSettings(as_of=days["as_of"]))
    question = ExposureQuestion(as_of=days["as_of"], known=days["known_on"], tags=tags, later_tags=days["later_tags"])
    register = NetworkRegister.of(case.read("as_number"), days["as_of"])
    tagged = TaggedNetworks.of({"as_tag": case.read("as_tag")}, register, question)
    return tagged.numbers((*tags.sensitive, *tags.allied))


def receipt_of(given: argparse.Namespace, graph_on: date | None) -> dict[str, Any]:
    """How the rows of one day were made."""
    lists = [
        f"{path.name}, SHA-256 {sha256_bytes(path.read_bytes())}: "
        + next(says for begins, says in LISTS.items() if path.name.startswith(begins))
        for path in (given.names, *given.tags)
    ]
    known = f" --known-on {given.known_on}" if given.known_on else ""
    tags = " ".join(path.name for path in given.tags)
    says = "Names, countries of registration and tags are those of the lists named here."
    if given.known_on:
        says += (
            " They are later than the day of the page: that the same networks stood so on that day is an assumption."
        )
    row = {
        "country": None,
        "graph_name": given.graph.name,
        "graph_digest": sha256_bytes(given.graph.read_bytes()),
        "graph_on": graph_on,
        "graph_citation": CITATION.format(day=graph_on),
        "terms_says": TERMS,
        "lists": lists,
        "lists_says": says,
        "command": f"python scripts/record_routes.py --graph {given.graph.name} --names {given.names.name} "
        f"--tags {tags} --as-of {given.as_of}{known}",
        "as_of_on": given.as_of,
        "known_on": given.known_on,
        "label": f"Receipt of the recorded figures on routes, graph of {graph_on}",
    }
    key = {name: row[name] for name in ("graph_digest", "lists", "as_of_on", "known_on")}
    formula = (
        "provenet expose of the graph and lists, a run for each restricted set; sums over five networks or more stay. "
        f"Graph: {row['graph_name']}, SHA-256 {row['graph_digest']}: {row['graph_citation']}. Lists: "
        f"{'; '.join(lists)}. {says} To repeat it, get the files from their publishers and run: {row['command']}"
    )
    return {
        "receipt_id": row_id("receipt", key),
        **row,
        "code": code_version(),
        "recorded_on": given.day,
        "formula": formula,
    }


def main(words: Sequence[str] | None = None) -> None:
    """Writes the files."""
    given = arguments().parse_args(words)
    rows = routes_of(given)
    try:
        before = record()
    except FileNotFoundError:
        before = {name: [] for name in TABLES}
    kept = {name: [row for row in before[name] if row["as_of_on"] != given.as_of] for name in TABLES}
    given.out.mkdir(parents=True, exist_ok=True)
    for name, text in recorded.record_text({name: [*kept[name], *rows[name]] for name in TABLES}).items():
        (given.out / name).write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    main()
