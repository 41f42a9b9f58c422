"""The settings of `serve` and `site`. Nothing here loads a page: the command line reads it for `--help`."""

from __future__ import annotations

from provenet.core.progress import Progress, silent
from provenet.core.settings import (
    Listener,
    OptionalPlace,
    OptionalText,
    Place,
    Places,
    Range,
    Settings,
    Switch,
    WholeNumber,
    settings_class,
)


@settings_class()
class ServeSettings(Settings):
    """On which port, and for whom."""

    port: WholeNumber = WholeNumber(
        8350, range=Range(low=0, high=65_535), help="The port on this machine; 0 takes one that is free."
    )
    open: Switch = Switch(False, help="Open the first page in the browser.")
    public: Switch = Switch(
        False, help="For reading alone, without a token; what no public page shows is not even loaded."
    )
    graph: OptionalPlace = OptionalPlace(
        metavar="AS_REL", help="An AS graph for the page Internet: CAIDA's AS relationships."
    )
    names: OptionalPlace = OptionalPlace(help="With --graph: names and countries, RIPE NCC's asnames.txt.")
    tags: Places = Places(help="With --graph: tags of networks, one file a tag, such as gov.csv of bgp.tools.")


@settings_class()
class SiteSettings(Settings):
    """Where to write, and where readers may answer."""

    out: Place = Place(argument=True, metavar="OUT", help="A new folder, or one that an earlier site stands in.")
    replies: OptionalText = OptionalText(
        metavar="ADDRESS", help="An e-mail or web address to which a party may send its reply; printed on each page."
    )
    progress: Listener[Progress] = Listener(silent)
