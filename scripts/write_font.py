"""Cuts the Japanese font of the dossier from Noto Sans CJK JP: kana, the kanji of JIS level 1, and marks.

    scripts/write_font.py NotoSansCJK-Regular.ttc

Run by hand when the font changes; the font and its licence (SIL OFL 1.1) lie in `src/provenet/dossier/fonts/`.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

INTO = Path(__file__).resolve().parent.parent / "src/provenet/dossier/fonts/NotoSansJP-Level1.otf"
LEVEL_1 = range(0x30, 0x50)
"""Rows of JIS X 0208 with the kanji of level 1; those before hold kana, letters and marks."""


def letters() -> set[int]:
    """The code points of JIS X 0208 up to level 1, and of ASCII."""
    found = set(range(0x20, 0x7F))
    for row in (*range(0x21, 0x29), *LEVEL_1):
        for cell in range(0x21, 0x7F):
            try:
                text = bytes((row | 0x80, cell | 0x80)).decode("euc_jp")
            except UnicodeDecodeError:
                continue
            found |= {ord(one) for one in text}
    return found


def main() -> None:
    """Writes the font."""
    fonts = TTCollection(sys.argv[1])
    font = next(one for one in fonts if one["name"].getDebugName(4).startswith("Noto Sans CJK JP"))
    options = subset.Options(layout_features=["kern", "palt"], desubroutinize=True, hinting=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=letters())
    cut.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = "Noto Sans JP Level 1"
        elif record.nameID == 6:
            record.string = "NotoSansJP-Level1"
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(INTO)


if __name__ == "__main__":
    main()
