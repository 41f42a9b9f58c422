"""The registry of lists: the bundled one as it stands, a user's own with all its faults at once."""

import re
from importlib import resources

import pytest

from provenet.core.errors import InputFault
from provenet.download.lists import PARTS, bundled_registry, parse_address, read_registry
from unit.download.fetch_server import GOOD, registry_text


def told(lists: dict[str, dict[str, object]] | bytes) -> str:
    data = lists if isinstance(lists, bytes) else registry_text(lists)
    with pytest.raises(InputFault) as caught:
        read_registry("own.toml", data)
    return str(caught.value)


def one(**fields: object) -> str:
    return told({"a-list": {**GOOD, **fields}}).removeprefix("own.toml [a-list], ")


def test_every_bundled_list_says_what_it_is_and_where_it_goes() -> None:
    lists = bundled_registry()
    assert len(lists) >= 12
    assert {
        "us-fcc-covered-list", "us-dod-1260h", "us-special-legislation", "ieee-oui", "iana-enterprise-numbers",
    } <= set(lists)  # fmt: skip
    for name, entry in lists.items():
        assert entry.name == name
        assert entry.allowed == [entry.url.split("/")[2]], "no bundled list is known to lead elsewhere"
        assert entry.url.startswith("https://") and "." in entry.allowed[0]
        assert entry.licence
        assert entry.cap_bytes <= 200_000_000
        assert "text/html" not in entry.media
    assert len({entry.file.lower() for entry in lists.values()}) == len(lists)


def test_every_layout_that_a_bundled_list_names_is_read_by_a_module() -> None:
    folder = resources.files("provenet").joinpath("ingest", "lists")
    texts = [entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".py")]
    known = {hit for text in texts for hit in re.findall(r'^LAYOUT(?:: str)? = "([a-z-]+)"$', text, flags=re.M)}
    named = {entry.layout for entry in bundled_registry().values()} - {None}
    assert named == {"followthemoney", "published-list"}
    assert named <= known


def test_a_registry_of_ones_own_is_read() -> None:
    full = {**GOOD, "hosts": ["cdn.example.org", "files.example.org:8443"], "sha256": "ab" * 32, "layout": "sources"}
    entry = read_registry("own.toml", registry_text({"a-list": full}))["a-list"]
    assert entry.as_dict() == {
        "name": "a-list",
        **GOOD,
        "hosts": ["cdn.example.org", "files.example.org:8443", "lists.example.org"],
        "layout": "sources",
        "sha256": "ab" * 32,
    }


def test_all_faults_are_told_at_once() -> None:
    lists: dict[str, dict[str, object]] = {
        "a-list": {**GOOD, "url": "http://lists.example.org/", "cap_bytes": 0, "licenc": "none"},
        "b-list": {"title": "B"},
        "C": dict(GOOD),
    }
    assert told(lists).splitlines() == [
        "own.toml [a-list], url: not what stands here; found 'http://lists.example.org/', "
        "expected https (http is for loopback alone).",
        "own.toml [a-list], cap_bytes: not what stands here; found '0', "
        "expected a whole number of bytes from 1 to 20000000000.",
        "own.toml [a-list], licenc: no such field; found 'licenc', expected title, issuer, licence, says, url, hosts, "
        "media, cap_bytes, file, layout, sha256. Nearest: licence.",
        *(f"own.toml [b-list], {key}: the field is missing." for key in list(GOOD)[1:]),
        "own.toml [C], name: not what stands here; found 'C', expected lower-case words joined by dashes.",
    ]


FORM = "https://host/path in plain ASCII, without user or fragment"
HOST = "a host by its full name, as example.org"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ftp://lists.example.org/x", FORM), ("lists.example.org/x", FORM), ("https://me@lists.example.org/x", FORM),
        ("https://lists.example.org/x#y", FORM), ("https://lists.example.org/a b", FORM),
        ("https://Lists.example.org/x", FORM), ("https://l\u00efsts.example.org/x", FORM),
        ("https://[2606:4700::1]/x", FORM), ("https://" + "a" * 2000, FORM), ("https://10.0.0.1/x", HOST),
        ("https://8.8.8.8/x", HOST), ("https://2130706433/x", HOST), ("https://0x7f.1/x", HOST),
        ("https://intranet/x", HOST), ("https://a..b/x", HOST), ("https://-a.org/x", HOST),
        ("https://example.org./x", HOST), ("https://example.org:0/x", "a port from 1 to 65535"),
        ("https://example.org:65536/x", "a port from 1 to 65535"),
        ("http://example.org/x", "https (http is for loopback alone)"),
    ],
)  # fmt: skip
def test_what_is_no_address(url: str, expected: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_address(url)
    assert str(caught.value) == expected


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"])
def test_loopback_by_name_and_number(host: str) -> None:
    assert parse_address(f"http://{host}:8000/x") == f"http://{host}:8000/x"


def test_an_address_is_written_as_it_was_read() -> None:
    for text in ("https://example.org/a?b=c", "https://example.org:8443/", "http://127.0.0.1/", "http://[::1]:81/x"):
        assert parse_address(text) == text
    assert parse_address("https://example.org:443") == "https://example.org/"


@pytest.mark.parametrize(
    "name",
    [
        "../evil.csv", "/etc/passwd", "a/b", "a\\b", ".hidden", "", "a" * 101, "a b", "caf\u00e9.csv", "list.",
        "a\0b"[:1] + ":",
    ],
)  # fmt: skip
def test_what_is_no_file_name(name: str) -> None:
    lists = registry_text({"a-list": {**GOOD, "file": name.replace("\\", "\\\\")}})
    with pytest.raises(InputFault, match=r"^own\.toml \[a-list\], file: not what stands here; found "):
        read_registry("own.toml", lists)


@pytest.mark.parametrize("ending", PARTS)
def test_a_file_name_of_our_own_is_refused(ending: str) -> None:
    assert one(file=f"list{ending.upper()}") == (
        f"file: not what stands here; found 'list{ending.upper()}', expected a plain file name of letters, digits, "
        "dot, dash and underscore, no .part, .fetched.json, .new at its end."
    )


def test_two_lists_of_one_file() -> None:
    lists = {"a-list": dict(GOOD), "b-list": {**GOOD, "file": "LIST.csv"}}
    assert told(lists) == "own.toml [b-list], file: the file is also that of a-list; found 'LIST.csv'."


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("media", [], "one to 50 media types as text/csv"),
        ("media", "text/csv", "one to 50 media types as text/csv"),
        ("media", ["csv"], "one to 50 media types as text/csv"),
        ("hosts", ["*.example.org"], "hosts by their full names, as example.org or example.org:8443"),
        ("hosts", ["example.org/evil"], "hosts by their full names, as example.org or example.org:8443"),
        ("cap_bytes", "1000", "a whole number of bytes from 1 to 20000000000"),
        ("cap_bytes", 20_000_000_001, "a whole number of bytes from 1 to 20000000000"),
        ("sha256", "ab", "64 hex digits in lower case"),
        ("sha256", "AB" * 32, "64 hex digits in lower case"),
        ("layout", "../x", "the name of a layout"),
        ("title", " ", "one line of text, at most 200 characters"),
        ("title", "x" * 201, "one line of text, at most 200 characters"),
        ("issuer", 5, "one line of text, at most 200 characters"),
        ("url", 5, FORM),
        ("name", "x", "title, issuer, licence, says, url, hosts, media, cap_bytes, file, layout, sha256"),
    ],
)
def test_what_stands_in_no_field(field: str, value: object, expected: str) -> None:
    assert one(**{field: value}).endswith(f", expected {expected}.")


def test_a_title_cannot_play_with_the_terminal() -> None:
    text = registry_text({"a-list": GOOD}).replace(b"A list", b"A \\u001b[2Jlist")
    assert told(text).startswith("own.toml [a-list], title: not what stands here; found 'A \\x1b[2Jlist'")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "own.toml: no list stands in it; expected one table per list.\n    See docs/fetch.md"),
        (b"[a-list]\n[a-list]\n",
         "own.toml: the registry is not TOML: Cannot declare ('a-list',) twice (at line 2, column 8)"),
        (b"\xff\xfe", "own.toml: byte 0 is not UTF-8; expected UTF-8 text."),
        (b"a = 1", "own.toml [a]: not a table; expected one table per list."),
        (b"a = " + b"[" * 100_000, "own.toml: the registry is nested too deep; expected one table per list."),
    ],
)  # fmt: skip
def test_what_is_no_registry(data: bytes, sentence: str) -> None:
    assert told(data).startswith(sentence)
