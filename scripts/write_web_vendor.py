"""Writes the browser libraries of the web app from the package archives of npm, each with its licence.

    npm pack maplibre-gl@6.17.0 axe-core@4.14.1         (into one folder)
    scripts/write_web_vendor.py FOLDER

An archive must have the sha512 that the registry publishes for it (`integrity`), so the same files come out on every
machine. Only the minified builds that a page loads are kept; `vendor.toml` beside them lists each file with its
sha256 and size. axe-core checks pages in tests: it goes to `tests/web/vendor/` and not into the wheel.
"""

import base64
import hashlib
import shutil
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "src/provenet/web/static/vendor"
TESTS = ROOT / "tests/web/vendor"


@dataclass(frozen=True, kw_only=True)
class Library:
    """A library: its name and version on npm, the sha512 of its archive, its licence, and the files that are kept."""

    name: str
    version: str
    integrity: str
    licence: str
    files: tuple[str, ...]
    licence_file: str = "LICENSE"
    folder: Path = SHIPPED

    @property
    def archive(self) -> str:
        """The file name that `npm pack` gives."""
        return f"{self.name}-{self.version}.tgz"


LIBRARIES = (
    Library(
        name="maplibre-gl",
        version="6.17.0",
        integrity="2chIZwpLGenoUQOcnm9Pk4SLbA8ppNFq8jlpXiq9vcYm3Y1wJ3fc82FL0GLwBaPYJCLzPv/mC46KEupVov75rQ==",
        licence="BSD-3-Clause",
        files=("dist/maplibre-gl.mjs", "dist/maplibre-gl-worker.mjs", "dist/maplibre-gl.css"),
        licence_file="LICENSE.txt",
    ),
    Library(
        name="axe-core",
        version="4.14.1",
        integrity="FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
        licence="MPL-2.0",
        files=("axe.min.js",),
        folder=TESTS,
    ),
)


def content(library: Library, folder: Path) -> dict[str, bytes]:
    """The kept files of a library by their names, from its archive in `folder`.

    Raises SystemExit where the archive is missing, is not the published one, or lacks a file.
    """
    archive = folder / library.archive
    if not archive.is_file():
        raise SystemExit(f"{archive}: no such file. Run: npm pack {library.name}@{library.version}")
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != library.integrity:
        raise SystemExit(f"{archive}: sha512 is {digest}; expected {library.integrity}.")
    found = {}
    with tarfile.open(archive) as bundle:
        for name in (*library.files, library.licence_file):
            member = bundle.extractfile(f"package/{name}")
            if member is None:
                raise SystemExit(f"{archive}: holds no {name}.")
            found["LICENSE.txt" if name == library.licence_file else Path(name).name] = member.read()
    return found


def entry(library: Library, name: str, data: bytes) -> str:
    """One file of a library as a table of `vendor.toml`."""
    return (
        "\n[[file]]\n"
        f'name = "{library.name}"\n'
        f'version = "{library.version}"\n'
        f'licence = "{library.licence}"\n'
        f'file = "{library.name}-{library.version}/{name}"\n'
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        f"size = {len(data)}\n"
    )


def main(folder: Path) -> None:
    """Writes both folders anew."""
    kept = {library.name: content(library, folder) for library in LIBRARIES}
    for room in (SHIPPED, TESTS):
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(parents=True)
        lines = ["# Written by scripts/write_web_vendor.py: what others made, byte for byte as published.\n"]
        for library in (one for one in LIBRARIES if one.folder == room):
            place = room / f"{library.name}-{library.version}"
            place.mkdir()
            for name, data in sorted(kept[library.name].items()):
                (place / name).write_bytes(data)
                lines.append(entry(library, name, data))
        (room / "vendor.toml").write_text("".join(lines), encoding="utf-8")
    size = sum(len(data) for files in kept.values() for data in files.values())
    sys.stdout.write(f"{len(kept)} libraries, {size} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
