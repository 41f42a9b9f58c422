"""The JSON Schema of a rule pack, for editors: keys, kinds and closed words. The reader checks more (docs/rules.md).

Made of the reader's own lists of keys and words, so that a key the reader takes is one that the schema takes. What a
schema cannot say, it leaves to the reader: that names are known, that a rule can be reached, that no two rules clash.
"""

import json
from typing import Any

from provenet.policy.pack import DECLARES_KEYS, DEFAULTS, EFFECTS, FORCES, MOST_RULES, PACK_KEYS, RULE_KEYS, TEXT_KEYS
from provenet.policy.terms import AXES, OPERATORS
from provenet.policy.wordlists import FACT_TYPES, FACTS, LAYER_WORDS

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEXT: Schema = {"type": ["string", "number"]}
_DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_SPAN: Schema = {"type": ["string", "integer"], "description": "A day, month, quarter or year, such as 2024-07-11."}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def _object(properties: Schema, *, needs: tuple[str, ...] = (), text: str = "") -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**made, **({"required": list(needs)} if needs else {}), **({"description": text} if text else {})}


def _condition() -> Schema:
    """One key: a junction, one axis, or a fact with its comparisons."""
    several = {"type": "array", "items": _ref("condition"), "minItems": 1}
    layers = _one_or_more({"type": "string", "enum": list(LAYER_WORDS)})
    axes = {axis: layers if axis == "layer" else _ref("words") for axis in AXES}
    junctions = {"all": several, "any": several, "not": _ref("condition")}
    ways = [_object({key: value}, needs=(key,)) for key, value in {**junctions, **axes}.items()]
    return {"anyOf": [*ways, _ref("fact_test"), _object({"fact": _ref("fact_test")}, needs=("fact",))]}


def _definitions() -> Schema:
    length = {"type": "string", "pattern": r"^\s*\d{1,5}\s*(day|week|month|year)s?\s*$"}
    value: Schema = {"type": ["string", "number", "boolean"]}
    right = {"anyOf": [value, _ref("fact_ref")]}
    tests = {op: {"anyOf": [right, {"type": "array", "items": value, "minItems": 1}]} for op in OPERATORS}
    limit = {"measure": _TEXT, "at_most_share": {"anyOf": [_SHARE, _ref("fact_ref")]}, "of": _TEXT, "unit": _TEXT}
    rule: Schema = {
        "id": {**_TEXT, "description": "Unique in the folder; it never changes its meaning."},
        "effect": {"type": "string", "enum": list(EFFECTS)},
        "rank": {"type": "number", "description": "The higher decides."},
        "policy": {**_TEXT, "description": "Joins several rules to one policy; by default the rule's own id."},
        "when": _ref("condition"),
        "decided_by": _one_or_more({"type": "string"}),
        "in_force": {
            "type": "array",
            "items": {"anyOf": [_SPAN, {"type": "null"}]},
            "minItems": 2,
            "maxItems": 2,
            "description": "[from, to): the last day is the day before `to`.",
        },
        "remove_by": {"anyOf": [_SPAN, _ref("fact_ref")], "description": "The last day of the term."},
        "cap": _one_or_more(_ref("limit")),
        "citation": _TEXT,
        "article": {**_TEXT, "description": "The article, section or clause that the rule puts into tests."},
        "text": _object(
            {"source": _DIGEST, "from": _COUNT, "to": _COUNT, "sha256": _DIGEST},
            needs=TEXT_KEYS,
            text="Where its words stand: bytes [from, to) of a file in sources/ of the case, and their SHA-256.",
        ),
        "says": {**_TEXT, "description": "One neutral sentence."},
        "source": _TEXT,
        "adopted": _DAY,
        "control_above": {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
    }
    return {
        "words": _one_or_more(_TEXT),
        "fact_ref": _object({"fact": {"type": "string"}, "plus": length}, needs=("fact",), text="Another fact."),
        "fact_test": _object({"fact": {"type": "string"}, **tests}, needs=("fact",)),
        "condition": _condition(),
        "limit": _object(limit, needs=("measure", "at_most_share")),
        "rule": _object({key: rule[key] for key in RULE_KEYS}, needs=("id", "effect", "when")),
    }


def pack_schema() -> Schema:
    """The JSON Schema (draft 2020-12) of a rule pack as YAML or JSON gives it."""
    words: Schema = {"type": "array", "items": {"type": "string"}}
    declares = {key: words for key in DECLARES_KEYS if key != FACTS}
    declares[FACTS] = {"type": "object", "additionalProperties": {"type": "string", "enum": list(FACT_TYPES)}}
    properties: Schema = {
        "pack": {**_TEXT, "description": "The id; it takes the place of a bundled pack of the same id."},
        "issuer": {**_TEXT, "description": "The id of the party that issued the policy."},
        "title": _TEXT,
        "source": _TEXT,
        "force": {"type": "string", "enum": list(FORCES)},
        "default": {"type": "string", "enum": list(DEFAULTS), "description": "What no rule reaches."},
        "rules": {"type": "array", "items": _ref("rule"), "minItems": 1, "maxItems": MOST_RULES},
        "jurisdiction": _TEXT,
        "countries": {**words, "description": "The countries that a jurisdiction of several reaches."},
        "adopted": _DAY,
        "says": _TEXT,
        "facts": {"type": "object", "additionalProperties": _TEXT, "description": "What each fact means."},
        "issuer_says": {**words, "description": "Keys of the facts that the issuer alone can say."},
        "declares": _object(declares, text="Words of the pack's own; any other must be known to a table or a case."),
        "reading_of": {
            **_TEXT,
            "description": "The pack that reads the same instrument more fully, and counts instead.",
        },
        "example": {"type": "boolean", "description": "Belongs to no jurisdiction; screened by name only."},
        "leaves_out": {"type": "array", "items": {"type": "string"}},
    }
    return {
        "$schema": DIALECT,
        "title": "Rule pack",
        **_object({key: properties[key] for key in PACK_KEYS}, needs=("pack", "rules")),
        "$defs": _definitions(),
    }


def pack_schema_text() -> str:
    """The schema as its file has it."""
    return json.dumps(pack_schema(), indent=2, ensure_ascii=False) + "\n"
