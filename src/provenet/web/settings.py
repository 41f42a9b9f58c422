"""The settings of `serve` and `site`. Nothing here loads a page: the command line reads it for `--help`."""

from pathlib import Path
from typing import Annotated

from provenet.core.settings import Option, Places, ProgressSettings, Range, Settings, WholeNumber, settings_class


@settings_class()
class ServeSettings(Settings):
    """On which port, and for whom."""

    port: Annotated[
        WholeNumber, Option(range=Range(low=0, high=65_535), help="The port on this machine; 0 takes one that is free.")
    ] = 8350
    open: Annotated[bool, Option(help="Open the first page in the browser.")] = False
    public: Annotated[
        bool, Option(help="For reading alone, without a token; what no public page shows is not even loaded.")
    ] = False
    graph: Annotated[
        Path | None, Option(metavar="AS_REL", help="An AS graph for the page Internet: CAIDA's AS relationships.")
    ] = None
    names: Annotated[Path | None, Option(help="With --graph: names and countries, RIPE NCC's asnames.txt.")] = None
    tags: Annotated[
        Places, Option(help="With --graph: tags of networks, one file a tag, such as gov.csv of bgp.tools.")
    ] = ()


@settings_class()
class SiteSettings(ProgressSettings):
    """Where to write, and where readers may answer."""

    out: Annotated[
        Path, Option(argument=True, metavar="OUT", help="A new folder, or one that an earlier site stands in.")
    ]
    replies: Annotated[
        str | None,
        Option(
            metavar="ADDRESS",
            help="An e-mail or web address to which a party may send its reply; printed on each page.",
        ),
    ] = None
