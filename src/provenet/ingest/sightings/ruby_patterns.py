"""Regular expressions as Ruby and Java write them, for the engine of Python.

What differs is rewritten: `.` over line ends under `(?m)`, flags from the middle of a group on, `\\z` and `\\Z`, `\\h`,
named groups, classes of POSIX. Digits, words and spaces are those of ASCII, and `^` and `$` stand at every line, as in
Ruby. What has no counterpart is refused with a sentence.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field

LONGEST_PATTERN = 10_000
_ESCAPES = {
    "z": r"\Z",
    "Z": r"(?=\n?\Z)",
    "h": "[0-9A-Fa-f]",
    "H": "[^0-9A-Fa-f]",
    "R": r"(?:\r\n|[\n\x0b\f\r])",
    "e": r"\x1b",
}
_IN_CLASS = {"h": "0-9A-Fa-f", "e": r"\x1b", "b": r"\b"}
_PYTHON = frozenset("AbBdDsSwWnrtfvax0123456789")
_POSIX = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
    "word": r"\w",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "print": r"\x20-\x7e",
    "graph": r"\x21-\x7e",
}
_FLAGS = re.compile(r"\(\?([imx]*)(?:-([imx]+))?([:)])")
_UNICODE_ESCAPE = re.compile(r"u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]{1,6})\}")


class PatternFault(ValueError):
    """Why a pattern cannot be taken over, as a part of a sentence."""


def compiled(pattern: str, *, ignores_case: bool = False, dot_is_all: bool = False) -> re.Pattern[str]:
    """A pattern of Ruby, ready to be searched for. Raises PatternFault.

    >>> compiled(r"(?i)^cisco\\z").search("Cisco") is not None
    True
    >>> compiled("a(?i)b|c").search("aC") is not None
    True
    """
    if len(pattern) > LONGEST_PATTERN:
        raise PatternFault(f"it has {len(pattern):,} characters, more than {LONGEST_PATTERN:,}")
    flags = re.MULTILINE | re.ASCII | (re.IGNORECASE if ignores_case else 0) | (re.DOTALL if dot_is_all else 0)
    text = _Writer(pattern).written()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(text, flags)
    except (re.error, OverflowError, RecursionError, Warning) as err:
        raise PatternFault(f"it does not compile ({err})") from err


@dataclass
class _Writer:
    """Writes a pattern anew, one element after the other."""

    pattern: str
    at: int = 0
    out: list[str] = field(default_factory=list)
    flagged: list[int] = field(default_factory=lambda: [0])
    """For each open group, how many groups of flags are to be closed with it."""

    def written(self) -> str:
        while self.at < len(self.pattern):
            char = self.pattern[self.at]
            if char == "\\":
                self.out.append(self._escape(in_class=False))
            elif char == "[":
                self.out.append(self._class())
            elif char == "(":
                self._open()
            elif char == ")":
                if len(self.flagged) == 1:
                    raise PatternFault("a group is closed that was not opened")
                self.out.append(")" * (self.flagged.pop() + 1))
                self.at += 1
            else:
                self.out.append(char)
                self.at += 1
        if len(self.flagged) > 1:
            raise PatternFault("a group is not closed")
        return "".join(self.out) + ")" * self.flagged[0]

    def _open(self) -> None:
        rest = self.pattern[self.at : self.at + 40]
        hit = _FLAGS.match(rest)
        if hit is not None and (hit[1] or hit[2] or hit[3] == ":"):
            on, off = hit[1].replace("m", "s"), (hit[2] or "").replace("m", "s")
            self.out.append(f"(?{on}{'-' + off if off else ''}:")
            if hit[3] == ")":
                self.flagged[-1] += 1
            else:
                self.flagged.append(0)
            self.at += hit.end()
            return
        self.flagged.append(0)
        if rest.startswith("(?<") and rest[3:4] not in ("=", "!"):
            self.out.append("(?P<")
            self.at += 3
            return
        known = next((one for one in ("(?=", "(?!", "(?<=", "(?<!", "(?>", "(?#") if rest.startswith(one)), None)
        if rest.startswith("(?") and known is None:
            raise PatternFault(f"it has a group that begins with {rest[:4]!r}")
        self.out.append(known or "(")
        self.at += len(known or "(")

    def _escape(self, *, in_class: bool) -> str:
        self.at += 2
        char = self.pattern[self.at - 1 : self.at]
        if not char:
            raise PatternFault("it ends with a lone backslash")
        if char == "u" and (hit := _UNICODE_ESCAPE.match(self.pattern, self.at - 1)):
            self.at += hit.end() - self.at
            number = int(hit[1] or hit[2], 16)
            if number > 0x10FFFF:
                raise PatternFault("it names a character beyond Unicode")
            return re.escape(chr(number))
        known = (_IN_CLASS if in_class else _ESCAPES).get(char)
        if known is not None:
            return known
        if char in _PYTHON or not (char.isascii() and char.isalnum()):
            return "\\" + char
        raise PatternFault(f"it has the escape \\{char}, which Python has not")

    def _class(self) -> str:
        """A class of characters, from its bracket on."""
        made, self.at = ["["], self.at + 1
        if self.pattern.startswith("^", self.at):
            made.append("^")
            self.at += 1
        begin = self.at
        while True:
            char = self.pattern[self.at : self.at + 1]
            if not char:
                raise PatternFault("a class of characters is not closed")
            if char == "]" and self.at > begin:
                self.at += 1
                return "".join(made) + "]"
            made.append(self._of_class(char))

    def _of_class(self, char: str) -> str:
        if char == "\\":
            return self._escape(in_class=True)
        if char == "[":
            return self._posix()
        if self.pattern.startswith("&&", self.at):
            raise PatternFault("it has an intersection of classes of characters")
        self.at += 1
        return "\\" + char if char in "]&|~" else char

    def _posix(self) -> str:
        end = self.pattern.find(":]", self.at)
        name = self.pattern[self.at + 2 : end] if self.pattern.startswith("[:", self.at) and end > 0 else ""
        if name not in _POSIX:
            raise PatternFault("it has a class of characters inside another")
        self.at = end + 2
        return _POSIX[name]
