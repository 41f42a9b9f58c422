"""The check of the dossiers of a case as they lie on disk: their bytes are those that passed the laws when written."""

from collections.abc import Iterator

from provenet.case.checks.finding import Check, Issue, StandingRows
from provenet.case.rows import DossierRow, rows_of
from provenet.case.structs import settings_of
from provenet.core.digest import sha256_bytes


def page_checks() -> tuple[Check, ...]:
    """The entry of the menu that reads pages."""
    return (Check.of("page-file", _changed),)


def _changed(rows: StandingRows) -> Iterator[Issue]:
    """Each document of a dossier that stands whose file is missing, or is not as brief wrote it."""
    # The menu is printed without what lays out pages.
    from provenet.dossier.view import ANNEX, CARRIER, carrier_audience, page_place

    settings = {run["run_id"]: settings_of(run["settings"]) for run in rows.case.runs().iter_rows(named=True)}
    for row in rows_of(DossierRow, rows.of("dossier")):
        wanted = settings.get(row["run_id"], {})
        audience = str(wanted.get("audience") or "public")
        audience = carrier_audience(str(wanted["carrier"])) if audience == CARRIER else audience
        for document, digest in (("", row["html_id"]), (ANNEX, row["annex_id"])):
            days = row["country"], row["as_of_on"], row["known_on"]
            place = "outputs/" + page_place(*days, audience=audience, document=document)
            file = rows.case.path / place
            data = file.read_bytes() if file.is_file() else b""
            if digest is not None and sha256_bytes(data) != digest:
                yield Issue(
                    "dossier.page-file",
                    (place,),
                    place,
                    says="Its bytes were changed." if data else "The file is missing.",
                    refs=(f"dossier:{row['dossier_id']}",),
                    words={"as_of": row["as_of_on"].isoformat()},
                )
