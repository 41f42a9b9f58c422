"""The words that a rule puts into tests: where the case holds the file, they stand there or the pack is refused."""

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

import provenet as verbs
from provenet.core.errors import PackRefused

PARTIES = b"party_id,name,role,country\nmaker,Maker,vendor,NO\nnet,Net,carrier,NO\n"
PACK = """pack: own
issuer: net
declares: {{issuers: [net]}}
rules:
  - {{id: R, effect: prohibit, when: {{vendor_in: Maker}}, article: line 2, text: {{{text}}}}}
"""


@pytest.mark.parametrize(
    ("source", "words", "is_refused"),
    [(PARTIES, b"maker", False), (PARTIES, b"other", True), (b"a file that the case does not hold", b"other", False)],
)
def test_the_words_of_a_rule_stand_in_its_source(tmp_path: Path, source: bytes, words: bytes, is_refused: bool) -> None:
    case, packs, file = tmp_path / "case", tmp_path / "packs", tmp_path / "party.csv"
    file.write_bytes(PARTIES)
    verbs.new(case, "tiny")
    assert verbs.add(case, [file]).fault_count == 0
    packs.mkdir()
    text = f"source: {sha256(source).hexdigest()}, from: 27, to: 32, sha256: {sha256(words).hexdigest()}"
    (packs / "own.yml").write_text(PACK.format(text=text), encoding="utf-8")
    if not is_refused:
        assert verbs.screen(case, ["own"], packs=[packs], as_of=date(2026, 11, 27)).policies
        return
    with pytest.raises(PackRefused) as refused:
        verbs.screen(case, ["own"], packs=[packs], as_of=date(2026, 11, 27))
    (fault,) = refused.value.faults
    assert fault.says == "the words of R do not stand where the rule says"
    assert "bytes 27 to 32" in fault.sentence()
