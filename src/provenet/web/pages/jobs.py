"""Jobs: verbs at work in the background, with how far they are, what they say, and how to stop them."""

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import date
from typing import Any

from anyio import sleep

from provenet.core.errors import CaseBusy, UsageFault
from provenet.core.ids import slug
from provenet.core.settings import REQUIRED, Settings
from provenet.web.jobs import VERBS, Job, Jobs, form_options, settings_of
from provenet.web.page import Events, Html, Page, Redirect, Reply, Route, Visit, settings_from
from provenet.web.reading import NotFound

LOOK_SECONDS = 0.2
"""How often a follower looks for news."""
QUIET_LOOKS = 75
"""After so many looks without news a follower is sent a comment, so that nothing between takes the line for dead."""
ABOUT = ("country", "beside")
"""Fields of a form that a job's page remembers beside its settings."""
FORM_VERBS = tuple(verb for verb in VERBS if verb != "add")
"""What a form may start: files come in by the page that takes them."""
PLACES = {"plan": "/plan/{country}/{run}", "fund": "/aid/{country}/{run}"}
"""Where the answer of a verb about one country stands."""
DAY_PLACES = {"map": "/map/{country}", "country": "/country/{country}"}
"""Where the answer for another day stands, by the page whose form asked."""


def jobs(visit: Visit) -> Reply:
    """The jobs that the server remembers, the newest first."""
    return Html(template="jobs.html.j2", title=visit.tongue.text("Jobs"), words={"jobs": jobs_of(visit).listed()})


def job(visit: Visit) -> Reply:
    """One job: it renews itself until its end."""
    found = _job(visit)
    return Html(
        template="job.html.j2",
        title=f"{visit.tongue.text('Job')} {found.job_id}: {found.verb}",
        words={"job": found, "result": result_of(found, visit)},
    )


def start(visit: Visit) -> Reply:
    """Starts a verb from the fields of a form: `verb`, its options, and `wait` to stand in the queue."""
    verb = _word(visit.form.get("verb"))
    if verb not in FORM_VERBS:
        raise UsageFault(f"verb: found {verb[:60]!r}, expected one of: {', '.join(FORM_VERBS)}.")
    allowed = form_options(verb)
    settings = _stated(settings_of(verb), [pair for pair in field_pairs(visit.form) if pair[0] in allowed])
    about = {name: _word(visit.form.get(name)) for name in ABOUT if visit.form.get(name)}
    try:
        begun = jobs_of(visit).start(verb, settings, about=about, wait=bool(visit.form.get("wait")))
    except CaseBusy as err:
        return busy(visit, str(err))
    return Redirect(visit.link("/jobs/{job}", job=begun.job_id))


def _stated(kind: type[Settings], pairs: list[tuple[str, str]]) -> Settings:
    """The settings that a form states; as on the command line, the present day stands where none is given.

    Raises UsageFault where something is missing that the verb needs.
    """
    given = {name for name, word in pairs if word.strip()}
    for option in kind.every_option():
        if option.name not in given and option.default is REQUIRED:
            if not option.today:
                raise option.fault("it is missing.")
            pairs = [*pairs, (option.name, date.today().isoformat())]
    return settings_from(kind, pairs)


def busy(visit: Visit, says: str) -> Html:
    """The answer to a second writer: who writes, and the same form again with a place in the queue."""
    fields = [pair for pair in field_pairs(visit.form) if pair[0] not in ("wait", "csrf")]
    return Html(
        template="job_busy.html.j2",
        title=visit.tongue.text("Somebody else is writing"),
        words={"says": says, "fields": fields, "action": visit.address},
        status=409,
    )


def cancel(visit: Visit) -> Reply:
    """Stops a job: Ctrl-C for its process, so that it ends in order."""
    found = _job(visit)
    jobs_of(visit).cancel(found.job_id)
    return Redirect(visit.link("/jobs/{job}", job=found.job_id))


def events(visit: Visit) -> Reply:
    """What a job says, as server-sent events; a browser that comes back gets what it has missed."""
    seen = int(visit.last_event) if visit.last_event.isdecimal() else 0
    found = _job(visit)
    return Events(followed(found, seen, lambda: {"address": result_of(found, visit)}))


async def followed(
    found: Job, seen: int, at_end: Callable[[], Mapping[str, object]] = dict
) -> AsyncIterator[tuple[int, str, str]]:
    """What happens to a job from an event on, until its end, of which `at_end` says more."""
    quiet = 0
    while True:
        # Asked before the events: what comes in between is sent before the end of the stream.
        is_over = found.is_over
        for number, name, words in found.events_after(seen):
            seen, quiet = number, 0
            words |= at_end() if name == "end" else {}
            yield number, name, json.dumps(words, ensure_ascii=False)
        if is_over:
            return
        quiet += 1
        if quiet >= QUIET_LOOKS:
            quiet = 0
            yield seen, "", ""
        await sleep(LOOK_SECONDS)


def result_of(found: Job, visit: Visit) -> str | None:
    """The address of what a job wrote; None where it wrote nothing that has a page of its own."""
    if found.state != "done":
        return None
    if "as_of" in found.about:
        return day_address(found.about, visit)
    country, runs = found.about.get("country"), [run for run in found.runs if run.startswith(f"{found.verb}-")]
    if found.verb not in PLACES or not country or not runs:
        return visit.link("/")
    beside = found.about.get("beside")
    return visit.link(
        PLACES[found.verb], country=slug(country), run=runs[0], beside=beside if beside != runs[0] else None
    )


def day_address(about: Mapping[str, str], visit: Visit) -> str:
    """The page of a country on a day that a job answered for: where its form stood."""
    place = DAY_PLACES[about["place"]]
    return visit.link(place, country=slug(about["country"]), as_of=about["as_of"], known_on=about.get("known_on"))


def jobs_of(visit: Visit) -> Jobs:
    """The jobs of this server. Raises NotFound for readers who may start none."""
    if visit.jobs is None or not visit.may_write:
        raise NotFound("Nothing runs in the background here.")
    return visit.jobs


def field_pairs(form: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The fields of a form as pairs of words; files are left out."""
    for name, value in form.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield name, one


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _job(visit: Visit) -> Job:
    found = jobs_of(visit).find(visit.path["job"])
    if found is None:
        raise NotFound("No job has this number; the server remembers the newest only, and none of an earlier start.")
    return found


PAGE = Page(
    key="jobs",
    title="Jobs",
    place=90,
    public=False,
    routes=(
        Route(path="/jobs", answer=jobs),
        Route(path="/jobs", answer=start, method="POST"),
        Route(path="/jobs/{job}", answer=job),
        Route(path="/jobs/{job}/events", answer=events),
        Route(path="/jobs/{job}/cancel", answer=cancel, method="POST"),
    ),
)
