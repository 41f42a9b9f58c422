"""Bytes that are almost a good file: seeds cut, joined, doubled, and sprinkled with what breaks readers."""

from collections.abc import Sequence

from hypothesis import strategies as st

SPRINKLED = [
    *(
        b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc3", b"\r", b"\n", b"\t", b"\x1b[31m", b"\x7f",
        b"\xe2\x80\xae",
    ),
    *(
        b'"', b"'", b",", b";", b"|", b"=", b":", b"#", b"{", b"}", b"[", b"]", b"<", b">", b"&", b"*", b"!", b"%",
        b"\\",
    ),
    *(
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"-0",
        b"9" * 400,
        b".nan",
        b"0x10",
        b"1_000",
        b"1.234,56",
        b"null",
        b"true",
        b"~",
    ),
    *(b"9999-12-31", b"0000-00-00", b"2021-02-29", b"+292278994-08-17", b"R6.4.1", b"1445-09-01", b"99999999999999"),
    *(
        b"../../x", b"/etc/passwd", b"=cmd|' /C calc'!A0", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;",
        b"&#55296;",
    ),
    *(
        b"\\u0000", b"\\ud800", b"_x0000_", b"!!python/object:os.system ", b"<<: *c", b"&c ", b"*c", b"--- ", b"? ",
        b"%YAML 9",
    ),
    *(
        b"[" * 70,
        b"{a: " * 70,
        b'{"a":' * 70,
        b"[[x]]\n",
        b"a.b.c = 1\n",
        b'"""',
        b"'''",
        b"inf",
        b"unknown",
        b"disputed",
    ),
    *("ß".encode(), "İ".encode(), "＝１".encode(), "Huаwei".encode(), "令和3年".encode(), "\u200b".encode()),
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    """One seed, changed in up to eight places."""
    data = draw(st.sampled_from(list(seeds)))
    for _ in range(draw(st.integers(0, 8))):
        first = draw(st.integers(0, len(data)))
        last = min(len(data), first + draw(st.integers(0, 40)))
        how = draw(st.integers(0, 6))
        if how == 0:
            data = data[:first] + data[last:]
        elif how == 1:
            data = data[:first] + data[first:last] * draw(st.integers(2, 5)) + data[last:]
        elif how in (2, 3):
            data = data[:first] + draw(st.sampled_from(SPRINKLED)) + data[first:]
        elif how == 4:
            data = data[:first] + draw(st.binary(max_size=8)) + data[last:]
        elif how == 5:
            other = draw(st.sampled_from(list(seeds)))
            data = data[:first] + other[draw(st.integers(0, len(other))) :]
        else:
            data = data[:first] + draw(st.text(max_size=8)).encode("utf-8", "surrogatepass") + data[last:]
    return data
