"""A reader with a mouse and a stopwatch: what a journey through the app costs."""

import time
from dataclasses import dataclass, field
from typing import Any


def move(page: Any, name: str, value: str) -> None:
    """Moves the slider of a name to a value, as a hand does: once it is there."""
    page.locator(f"#{name}").evaluate(
        "(one, value) => { one.value = value;"
        " for (const kind of ['input', 'change']) one.dispatchEvent(new Event(kind, {bubbles: true})); }",
        value,
    )


@dataclass
class Journey:
    """A page of the browser, the clicks and key presses that were needed, and the seconds since the first page stood.

    A click counts once whatever it opens; a field that is filled counts once however long its words are.
    """

    page: Any
    clicks: int = 0
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """The time since the journey began."""
        return time.monotonic() - self.began

    def follow(self, name: str, *, within: str = "body", exact: bool = False) -> None:
        """Clicks on the first link of a name."""
        self.clicks += 1
        self.page.locator(within).get_by_role("link", name=name, exact=exact).first.click()

    def press(self, name: str, *, within: str = "main") -> None:
        """Clicks on the first button of a name."""
        self.clicks += 1
        self.page.locator(within).get_by_role("button", name=name).first.click()

    def fill(self, label: str, words: str) -> None:
        """Fills the field of a label."""
        self.clicks += 1
        self.page.get_by_label(label).first.fill(words)

    def tick(self, label: str) -> None:
        """Ticks the box of a label."""
        self.clicks += 1
        self.page.get_by_label(label).first.check()

    def slide(self, name: str, value: str) -> None:
        """Drags the slider of a name to a value, as a hand does."""
        self.clicks += 1
        move(self.page, name, value)

    def search(self, words: str) -> None:
        """Asks the box at the top of each page."""
        self.clicks += 1
        self.page.get_by_role("searchbox", name="Search").fill(words)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name="Search", exact=True).wait_for()

    def report(self, name: str) -> str:
        """What the journey cost, in a line."""
        return f"{name}: {self.clicks} clicks, {self.seconds:.1f} s"
