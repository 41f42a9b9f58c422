"""The published JSON Schemas are those of the models that read the documents, and the pages name their keys."""

import json
import re
from pathlib import Path

import pytest

from provenet.forms.allocation import AllocationForm
from provenet.forms.document import Document, JsonReading
from provenet.forms.schedule_form import InstanceForm, PlanForm
from provenet.forms.schemas import schema_files
from provenet.policy.pack_schema import pack_schema_text
from provenet.verbs import answers

DOCS = Path(__file__).parents[2] / "docs"
PAGES: list[tuple[str, type[Document]]] = [
    ("allocate.md", AllocationForm),
    ("schedule.md", InstanceForm),
    ("schedule.md", PlanForm),
]


def test_the_schemas_are_written_from_the_models() -> None:
    """Else: python scripts/write_schemas.py"""
    assert {path.name: path.read_text("utf-8") for path in (DOCS / "schema").iterdir()} == {
        **schema_files(),
        "pack.schema.json": pack_schema_text(),
    }


@pytest.mark.parametrize(("page", "model"), PAGES)
def test_every_key_of_a_form_is_on_its_page(page: str, model: type[Document]) -> None:
    schema = model.model_json_schema()
    objects = [schema, *schema.get("$defs", {}).values()]
    keys = {key for one in objects for key in one.get("properties", {})}
    assert len(keys) > 5
    assert keys - set(re.findall(r"`([a-z_]+)`", (DOCS / page).read_text("utf-8"))) == set()


@pytest.mark.parametrize(("page", "model"), PAGES[:2])
def test_the_example_of_a_page_is_of_its_form(page: str, model: type[Document]) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", (DOCS / page).read_text("utf-8"), re.S)
    assert JsonReading("i", example.encode(), "").validate(model, json.loads(example)) is not None


@pytest.mark.parametrize("answer", [one for one in vars(answers).values() if type(one) is type(answers.Answer)][1:])
def test_every_key_of_an_answer_is_told(answer: type[answers.Answer]) -> None:
    keys = answer.model_json_schema(mode="serialization").get("properties", {})
    pages = "".join((DOCS / page).read_text("utf-8") for page in ("json.md", "diff.md"))
    assert keys.keys() - set(re.findall(r"`([a-z_]+)`", pages)) == set()


def test_no_mark_of_a_choice_is_published() -> None:
    assert [name for name, text in schema_files().items() if "\\u0000" in text] == []
