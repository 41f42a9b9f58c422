"""The command `site`: the public pages of a case as static files."""

from provenet.cli.command import command
from provenet.cli.door import say, say_json
from provenet.cli.progress import with_progress
from provenet.core.packages import require
from provenet.core.wording import count
from provenet.web.settings import SiteSettings


@command(SiteSettings)
def site(case: str, settings: SiteSettings, as_json: bool) -> None:
    """Write the public pages of CASE as files into OUT.

    They need no server: put them on a file share, a web server or a USB stick.
    """
    require("web", "fastapi", "jinja2")
    from provenet.web.site import write_site

    names = with_progress(write_site, case, settings)
    first = settings.out / "index.html"
    say_json({"first": str(first), "files": names}) if as_json else say([f"{count(len(names), 'file')}; open {first}"])
