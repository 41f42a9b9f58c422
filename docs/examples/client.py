"""A typed client of the web API, to copy and to change.

    provenet serve demo/case --json        # prints the address, and the key that programs send
    python client.py http://127.0.0.1:8350 KEY

It needs `httpx` alone. Answers are those of `--json`; docs/api.md lists the addresses.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self, TypedDict

import httpx


class Fault(TypedDict):
    """One thing wrong at one place."""

    place: str
    says: str
    row: int | None
    column: str | None
    found: str | None
    expected: str | None
    way_out: str | None


class Rows(TypedDict):
    """One page of the rows of a table."""

    table: str
    row_count: int
    page: int
    page_count: int
    rows: list[dict[str, Any]]


class Job(TypedDict):
    """One verb at work, or that was."""

    job_id: str
    verb: str
    state: str
    text: str
    runs: list[str]


@dataclass
class ApiError(Exception):
    """What the server could not answer, with each thing that is wrong."""

    status: int
    faults: list[Fault]

    def __str__(self) -> str:
        return "\n".join(fault["says"] for fault in self.faults)


class Provenet:
    """One case that `provenet serve` shows.

    Parameters
    ----------
    address : such as http://127.0.0.1:8350.
    key : what `serve` printed for programs; none where it was started with --public.
    """

    def __init__(self, address: str, key: str | None = None, *, timeout: float = 120.0) -> None:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=address.rstrip("/"), headers=headers, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_how: object) -> None:
        self._http.close()

    def case(self) -> dict[str, Any]:
        """Which case this is, and the name of its state."""
        return self._get("/api/case")

    def countries(self) -> list[str]:
        """The countries that have a dossier."""
        return [one["country"] for one in self._get("/api/countries")["countries"]]

    def why(self, figure: str) -> dict[str, Any]:
        """The walk from a figure back to its rows and pages."""
        return self._get("/api/why", figure=figure)

    def rows(self, table: str, **words: str | int) -> Iterator[dict[str, Any]]:
        """Every row of a table that fits, page by page: `rows("claim", column="topic", holds="security")`."""
        page, pages = 1, 1
        while page <= pages:
            found: Rows = self._get(f"/api/tables/{table}", page=page, rows=1000, **words)  # type: ignore[assignment]
            yield from found["rows"]
            page, pages = page + 1, found["page_count"]

    def start(self, verb: str, **settings: Any) -> Job:
        """Starts a verb in the background."""
        return self._answer(self._http.post("/api/jobs", json={"verb": verb, "settings": settings}))  # type: ignore[return-value]

    def follow(self, job_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """What a job says until its end: `line`, `progress`, `best` and `end`, each with its words."""
        with self._http.stream("GET", f"/api/jobs/{job_id}/events") as answer:
            if answer.status_code >= 400:
                answer.read()
                self._answer(answer)
            name = ""
            for line in answer.iter_lines():
                field, _, text = line.partition(": ")
                if field == "event":
                    name = text
                elif field == "data":
                    yield name, json.loads(text)

    def cancel(self, job_id: str) -> Job:
        """Stops a job in order."""
        return self._answer(self._http.delete(f"/api/jobs/{job_id}"))  # type: ignore[return-value]

    def _get(self, path: str, **words: str | int) -> dict[str, Any]:
        return self._answer(self._http.get(path, params=words))

    def _answer(self, answer: httpx.Response) -> dict[str, Any]:
        found: dict[str, Any] = answer.json()
        if answer.status_code >= 400:
            raise ApiError(found["status"], found["faults"])
        return found


def main(address: str, key: str | None = None) -> None:
    """Prints which case a server shows, its countries, and the claims that somebody denies."""
    with Provenet(address, key) as server:
        case = server.case()
        print(f"{case['title']}, state {case['state']}")
        print("Countries:", ", ".join(server.countries()) or "none")
        for claim in server.rows("claim", column="stance", holds="denies"):
            print(f"{claim['speaker']} ({claim['said']}): {claim['paraphrase']}")


if __name__ == "__main__":
    main(*sys.argv[1:3])
