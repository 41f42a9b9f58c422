"""The command `paths`: traceroutes in, what they cross out."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.files import files_named, place_of, whole_file
from provenet.cli.lines import days_in_words, mind_lines, share_bar
from provenet.cli.progress import ProgressLine
from provenet.core.errors import UsageFault
from provenet.core.wording import count, interval, percent
from provenet.tools.settings import PathsSettings, no_rows

SHOWN_VENDORS, SHOWN_NETWORKS, SHOWN_TARGETS = 15, 10, 10
TIER_WORDS = {
    "hop": "a restricted device answered on a hop",
    "network": "no such hop, but a network that shows such a device",
    "unknown": "neither, and some hop is not known",
    "clear": "every hop answered, each of another vendor",
}
OBSTACLE_WORDS = {
    "unidentified": "a hop whose vendor is not known",
    "silent": "a hop that did not answer",
    "unmapped": "a hop of no known network",
    "unreached": "the target not reached",
    "looped": "a loop",
}


@command(PathsSettings, case=False)
@click.option(
    "--targets-out",
    metavar="FILE",
    help="Write what --targets chose: addresses, one a line, for scamper -f; as .json, requests for RIPE Atlas.",
)
@click.option("--out", metavar="PARQUET", help="Write a row for each trace.")
def paths(settings: PathsSettings, *, out: str | None, targets_out: str | None, as_json: bool) -> None:
    """Find which measured paths cross restricted devices.

    Each trace falls into one tier: a restricted device is on a hop; none is, but the path crosses a network that has
    one somewhere; neither, and something is not known; or clear: every hop answered and is of another vendor. The
    second tier never counts as the first: docs/measured-evidence.md.
    """
    from provenet.tools.paths import run
    from provenet.tools.row_files import ParquetRows

    begun = time.monotonic()
    files = files_named(settings)
    place = None if out is None else place_of("--out", out, files)
    list_place = None if targets_out is None else place_of("--targets-out", targets_out, [*files, ("--out", out)])
    if targets_out is not None and settings.targets is None:
        raise UsageFault("--targets-out: no target is chosen; expected --targets too.")
    with ProgressLine() as progress, ExitStack() as opened:
        rows = ParquetRows(opened.enter_context(whole_file(place))) if place is not None else None
        listener = no_rows if rows is None else rows.add
        work = Path(opened.enter_context(TemporaryDirectory(prefix="provenet-"))) if settings.uses_tables else None
        report = run(replace(settings, progress=progress, rows=listener, work=work))
        if rows is not None:
            rows.close()
    targets = report.summary["targets"]
    if list_place is not None and targets is not None:
        with whole_file(list_place) as stream:
            stream.write(_target_file(targets, is_json=list_place.suffix.lower() == ".json").encode())
    written = None if rows is None else {"file": out, "rows": rows.count}
    if as_json:
        say_json({**report.summary, "out": written, "targets_out": targets_out})
    else:
        say(
            path_lines(
                {**report.summary, "out": written, "targets_out": targets_out, "seconds": time.monotonic() - begun}
            )
        )


def _target_file(targets: Mapping[str, Any], *, is_json: bool) -> str:
    """What was chosen: the addresses one a line, or a list of requests for RIPE Atlas."""
    if not is_json:
        return "".join(f"{one['address']}\n" for one in targets["addresses"])
    from provenet.tools.path_targets import atlas_requests

    return json.dumps(atlas_requests(targets), indent=2) + "\n"


def path_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """The summary, line by line: what was read and how much is known, then the tiers."""
    yield from _inputs(summary)
    yield ""
    yield from _coverage(summary)
    if summary["restricted"]:
        yield ""
        yield from _tiers(summary)
        yield from _each(summary)
        yield from _networks(summary["networks"] or ())
        yield from _targets(summary["targets"])
        yield ""
        yield f"What it says: {summary['reads']}."
    else:
        yield ""
        yield "No vendor was named with --restricted, so paths have no tier."
    yield "It rests on:"
    yield from (f"  {line}" for line in summary["assumptions"])
    yield ""
    if summary["out"]:
        yield f"{count(summary['out']['rows'], 'row')}, one a trace: {summary['out']['file']}"
    if summary["targets_out"]:
        yield f"{_target_words(summary)}: {summary['targets_out']}"
    yield f"{summary['seconds']:.1f} s"


def _target_words(summary: Mapping[str, Any]) -> str:
    """What a file of targets holds."""
    targets, chosen = summary["targets"], len(summary["targets"]["addresses"])
    if not summary["targets_out"].lower().endswith(".json"):
        return f"{count(chosen, 'address')} to fingerprint"
    stated = [one for name in ("addresses", "paths") for one in targets[name] if one["probe_id"] is not None]
    left = chosen + len(targets["paths"]) - len(stated)
    return f"{count(len(stated), 'target')} for RIPE Atlas" + (f" ({left:,} of no probe left out)" if left else "")


def _inputs(summary: Mapping[str, Any]) -> Iterator[str]:
    inputs, dates = summary["inputs"], summary["dates"]
    files = count(len(inputs["traces"]), "file")
    hops = summary["answering_hop_count"]
    answers = "" if hops is None else f"{count(hops, 'answer')} on hops, "
    yield f"{files}: {count(summary['trace_count'], 'trace')}, {answers}{days_in_words(*dates['traces'])}"
    vendors = inputs["vendors"][0]
    known = f"{count(vendors['address_count'], 'address')}, {vendors['identified_count']:,} with a vendor"
    when = days_in_words(*dates["scans"])
    yield f"{vendors['file']}: {known}, {when if dates['scans'][0] is None else f'seen {when}'}"
    for one in inputs["origins"]:
        when = days_in_words(one["observed_on"], one["observed_on"])
        yield f"{one['file']}: {count(one['range_count'], 'range')}, {when}"
    if summary["exchange_prefix_count"] is not None:
        prefixes = count(summary["exchange_prefix_count"], "prefix")
        yield f"{prefixes} of exchange points, {days_in_words(*dates['exchanges'])}"
    if summary["repeated_trace_count"]:
        yield f"repeated, and counted once: {count(summary['repeated_trace_count'], 'trace')}"
    if summary["left_out_count"]:
        yield f"left out, as they cannot be read: {count(summary['left_out_count'], 'record')}"
    yield from mind_lines(summary)


def _coverage(summary: Mapping[str, Any]) -> Iterator[str]:
    traces, identified = summary["trace_count"], summary["identified_trace_count"]
    share = identified / traces if traces else 0.0
    verb = "has" if identified == 1 else "have"
    yield f"{identified:,} of {count(traces, 'trace')} {verb} a hop whose vendor is known ({percent(share)})"
    vendors = summary["hops_by_vendor"] or ()
    for one in vendors[:SHOWN_VENDORS]:
        part = one["trace_count"] / traces
        yield f"  {one['vendor_id']:<20} {one['trace_count']:>9,}  {percent(part, places=2, fixed=True):>10}"
    more = len(vendors) - SHOWN_VENDORS
    if more > 0:
        yield f"  and {count(more, 'more vendor')}"


def _tiers(summary: Mapping[str, Any]) -> Iterator[str]:
    traces, names = summary["trace_count"], ", ".join(summary["restricted"])
    yield f"Devices of {names}: the tiers of {count(traces, 'trace')}"
    if not traces:
        return
    for name, words in TIER_WORDS.items():
        number = summary["tiers"][name]["trace_count"]
        yield f"  {name:<8} {number:>9,}  {percent(number / traces, places=2, fixed=True):>10}  {words}"
    yield ""
    low, high = summary["low_share"], summary["high_share"]
    yield f"Cross a restricted device: {interval(low, high, places=2, fixed=True)}  {share_bar(low, high)}"
    network = summary["tiers"]["network"]
    ends = network["device_low_share"], network["device_high_share"]
    if ends == (0, 1):
        yield "Which part of the devices probed in the networks of that tier are such devices is not known."
    elif ends[0] is not None:
        part = interval(*ends, places=2, fixed=True)
        yield f"Of the devices probed in the networks of that tier, {part} are such devices (mean over traces)."
    undecided = [f"{OBSTACLE_WORDS[one]} {number:,}" for one, number in summary["undecided"].items() if number]
    if undecided:
        yield f"Not decided because of (several may hold): {'; '.join(undecided)}"


def _each(summary: Mapping[str, Any]) -> Iterator[str]:
    """Each restricted vendor by itself."""
    if not summary["by_vendor"]:
        return
    yield ""
    yield "Each by itself"
    for one in summary["by_vendor"]:
        numbers = ", ".join(f"{name} {one['tiers'][name]['trace_count']:,}" for name in TIER_WORDS)
        yield f"  {one['vendor_id']:<20} {numbers}"


def _networks(networks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not networks:
        return
    yield ""
    yield "Networks crossed that show such a device: traces left undecided; such devices of those identified there"
    for one in networks[:SHOWN_NETWORKS]:
        name = " or ".join(f"AS{asn}" for asn in one["asns"])
        devices = f"{one['restricted_address_count']:,} of {one['identified_address_count']:,}"
        share = ""
        if one["low_share"] is not None:
            share = f"  {interval(one['low_share'], one['high_share'], fixed=True):>18} of those probed"
        yield f"  {name:<12} {one['undecided_trace_count']:>9,}  {devices:>14}{share}"
    if len(networks) > SHOWN_NETWORKS:
        yield f"  and {count(len(networks) - SHOWN_NETWORKS, 'more network')}; --json has them"


def _targets(targets: Mapping[str, Any] | None) -> Iterator[str]:
    if targets is None:
        return
    chosen, traced = targets["addresses"], targets["paths"]
    yield ""
    if not chosen and not traced:
        yield "To measure next: nothing, as undecided paths show no public address that stands in no scan"
        return
    yield f"To fingerprint next: {len(chosen):,} of {count(targets['candidate_count'], 'address')} not yet looked at"
    if targets["path_candidate_count"]:
        paths, cost = count(targets["path_candidate_count"], "path"), f"{targets['costs']['trace']:g} addresses"
        yield f"To trace anew: {len(traced):,} of {paths} with silent hops, each for {cost}"
    settled = percent(targets["settled_share"], places=2)
    most = percent(targets["most_settled_share"], places=2)
    yield f"  expected to move {settled} of the traces to the tier hop; no choice for so much moves more than {most}"
    for one in chosen[:SHOWN_TARGETS]:
        network = " or ".join(f"AS{asn}" for asn in one["asns"]) or "no network"
        yield f"  {one['address']:<40} {network:<12} on {count(one['trace_count'], 'undecided trace')}"
    for one in traced[:SHOWN_TARGETS]:
        start = one["source_address"] if one["probe_id"] is None else f"probe {one['probe_id']}"
        words = f"{start} to {one['target_address']}"
        yield f"  {words:<53} of {count(one['trace_count'], 'undecided trace')}"
    if len(chosen) > SHOWN_TARGETS or len(traced) > SHOWN_TARGETS:
        more = max(len(chosen) - SHOWN_TARGETS, 0) + max(len(traced) - SHOWN_TARGETS, 0)
        yield f"  and {more:,} more; --json has all"
