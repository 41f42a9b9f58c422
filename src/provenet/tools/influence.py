"""The tool `influence`, an older name of `hegemony`, `transit` and `vendor-influence`; `measure` says which."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from provenet.core.errors import UsageFault
from provenet.core.settings import Number, Option, Range, Settings, call_of, settings_class
from provenet.tools import hegemony, transit, vendor_influence
from provenet.tools.hegemony import HegemonySettings
from provenet.tools.path_study import InfluenceReport, ScopedSettings
from provenet.tools.transit import TransitSettings
from provenet.tools.vendor_influence import VendorInfluenceSettings

MEASURES: dict[str, type[Settings]] = {
    "hegemony": HegemonySettings,
    "vendor": VendorInfluenceSettings,
    "transit": TransitSettings,
}
IMPLIED = {"scope": "country", "weights": "addresses"}
"""Options that a measure without them may be given all the same, with the words that it means anyway."""


@settings_class()
class InfluenceSettings(ScopedSettings):
    """The options of all three measures."""

    measure: Annotated[str, Option(choices=tuple(MEASURES), help="Which of the three tools is meant.")] = "hegemony"
    skip_origin: Annotated[bool, Option(help=HegemonySettings.option_of("skip_origin").help)] = False
    shares: Annotated[Path | None, Option(metavar="CSV", help=VendorInfluenceSettings.option_of("shares").help)] = None
    unlisted: Annotated[
        str | None, Option(choices=("unknown", "none"), help=VendorInfluenceSettings.option_of("unlisted").help)
    ] = None
    gate: Annotated[
        Number | None, Option(metavar="SHARE", range=Range(low=0, high=1), help=TransitSettings.option_of("gate").help)
    ] = None


def run(settings: InfluenceSettings) -> InfluenceReport:
    """AS hegemony, dependence on a vendor, or transit influence, as `measure` says; see the tools of these names.

    Raises UsageFault for options that contradict each other, InputFault with every fault of a file.
    """
    own = _own(settings)
    if settings.measure == "transit":
        return transit.run(TransitSettings(**own))
    if settings.measure == "hegemony":
        return hegemony.run(HegemonySettings(**own))
    if settings.shares is None:
        raise UsageFault(
            "--measure vendor: vendors enter only through shares of networks; expected --shares with a CSV of "
            "asn,low,high. An empty one gives the interval that nothing known leaves."
        )
    return vendor_influence.run(VendorInfluenceSettings(**own))


def _own(settings: InfluenceSettings) -> dict[str, Any]:
    """The options given that the measure has. Raises UsageFault for one that only other measures have."""
    own = {}
    for option in settings.every_option():
        value = getattr(settings, option.name)
        if not settings.is_given(option.name) or option.name == "measure":
            continue
        having = [name for name, kind in MEASURES.items() if option.name in {one.name for one in kind.every_option()}]
        if settings.measure in having:
            own[option.name] = value
        elif IMPLIED.get(option.name) != value:
            raise option.fault(f"this is for --measure {' or '.join(having)}.")
    return own


influence = call_of(InfluenceSettings, run, "influence")
