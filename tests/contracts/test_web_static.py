"""What the browser loads: libraries byte for byte as recorded, colours that can be read, no code inside a page."""

import re
import tomllib
from hashlib import sha256
from pathlib import Path

import pytest

from provenet.dossier.drawings.canvas import style
from provenet.web.chrome import SCRIPT_WORDS

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "src/provenet/web/static"
FOLDERS = (STATIC / "vendor", ROOT / "tests/web/vendor")
CSS = (STATIC / "app.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", FOLDERS, ids=["shipped", "for tests"])
def test_every_library_file_is_the_one_recorded(folder: Path) -> None:
    recorded = tomllib.loads((folder / "vendor.toml").read_text(encoding="utf-8"))["file"]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {entry["file"] for entry in recorded} | {"vendor.toml"}
    for entry in recorded:
        data = (folder / entry["file"]).read_bytes()
        assert (sha256(data).hexdigest(), len(data)) == (entry["sha256"], entry["size"]), entry["file"]
        assert f"{entry['name']}-{entry['version']}/LICENSE.txt" in found


@pytest.mark.parametrize("folder", FOLDERS, ids=["shipped", "for tests"])
def test_the_list_of_third_parties_names_every_library_with_version_and_licence(folder: Path) -> None:
    lines = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8").splitlines()
    for entry in tomllib.loads((folder / "vendor.toml").read_text(encoding="utf-8"))["file"]:
        named = [
            line for line in lines if entry["name"].replace("-gl", "") in line.lower() and entry["version"] in line
        ]
        assert any(entry["licence"] in line for line in named), (entry["name"], entry["version"])


def test_scripts_name_the_library_files_that_are_there() -> None:
    for script in STATIC.glob("*.js"):
        for name in re.findall(r"vendor/[\w./-]+", script.read_text(encoding="utf-8")):
            assert (STATIC / name).is_file(), (script.name, name)


def test_what_the_scripts_can_do_some_page_asks_for() -> None:
    table = (STATIC / "README.md").read_text(encoding="utf-8").partition("## Attributes")[2].partition("\n## ")[0]
    heads = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    names = {name for head in heads for name in re.findall(r"`(data-[\w-]+)`", head)}
    pages = [*STATIC.parent.rglob("*.j2"), *STATIC.parent.rglob("*.py")]
    text = "".join(place.read_text(encoding="utf-8") for place in pages)
    assert "data-sortable" in names
    assert [name for name in sorted(names) if not re.search(rf"{name}(?![\w-])", text)] == []
    used = "".join(script.read_text(encoding="utf-8") for script in STATIC.glob("*.js"))
    recorded = tomllib.loads((STATIC / "vendor/vendor.toml").read_text(encoding="utf-8"))["file"]
    assert {entry["name"] for entry in recorded} == {
        entry["name"] for entry in recorded if f"vendor/{entry['file'].partition('/')[0]}" in used
    }


def test_every_sentence_of_the_scripts_can_be_translated() -> None:
    script = (STATIC / "app.js").read_text(encoding="utf-8")
    block = script[script.index("const WORDS = {") : script.index("};", script.index("const WORDS = {"))]
    assert dict(re.findall(r'(\w+): "([^"]*)"', block)) == SCRIPT_WORDS


def test_own_scripts_need_no_eval_and_write_no_markup() -> None:
    for script in STATIC.glob("*.js"):
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write", text), (
            script
        )


def test_templates_hold_no_inline_script_style_or_handler() -> None:
    for template in (STATIC.parent / "templates").glob("*.j2"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", text), template.name
        for attributes in re.findall(r"<script\b([^>]*)>", text):
            assert "src=" in attributes or "application/json" in attributes, (template.name, attributes)


def test_the_sheet_has_every_class_of_a_drawing() -> None:
    ours = set(re.findall(r"\.((?:f|s|fs|t|hatch)-[a-z]+)", CSS))
    assert set(re.findall(r"\.((?:f|s|fs|t|hatch)-[a-z]+)", style())) - ours == set()


def palettes() -> dict[str, dict[str, str]]:
    """The colours of the sheet by name, in light and in dark."""
    light, dark = re.findall(r":root \{([^}]*--ink[^}]*)\}", CSS)[:2]
    colours = {
        name: dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})\b", text))
        for name, text in (("light", light), ("dark", dark))
    }
    assert colours["light"].keys() == colours["dark"].keys()
    return colours


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = ("ink", "soft", "solid", "flag", "good", "bad")
GRAPHICS = ("solid", "restricted", "conditional", "clear", "unknown", "edge", "focus")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_graphics_have_the_contrast_of_level_aa(scheme: str) -> None:
    colours = palettes()[scheme]
    for ground in ("paper", "tint"):
        for name in TEXT:
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        for name in GRAPHICS:
            assert contrast(colours[name], colours[ground]) >= 3, (name, ground)
    assert contrast(colours["on-solid"], colours["solid"]) >= 4.5
    assert contrast(colours["ink"], colours["here"]) >= 4.5
    assert contrast(colours["solid"], colours["here"]) >= 4.5
