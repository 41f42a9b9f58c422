"""The JSON Schemas of the documents that Provenet reads, as they are published in docs/schema/."""

import json

from provenet.forms.allocation import AllocationForm
from provenet.forms.document import Document
from provenet.forms.schedule_form import InstanceForm, PlanForm

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DOCUMENTS: dict[str, type[Document]] = {
    "allocation.schema.json": AllocationForm,
    "plan.schema.json": PlanForm,
    "schedule.schema.json": InstanceForm,
}


def schema_files() -> dict[str, str]:
    """The text of each schema by the name of its file.

    A schema says what a document may hold by itself. That ids are known, that lists have one number a period, and that
    no key stands twice, the readers check beside it.
    """
    return {
        name: json.dumps({"$schema": DIALECT, **model.model_json_schema()}, indent=2, ensure_ascii=False) + "\n"
        for name, model in _DOCUMENTS.items()
    }
