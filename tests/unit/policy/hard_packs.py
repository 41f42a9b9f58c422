"""Rule packs whose checks take longer than any budget."""

import re
from collections.abc import Iterator


def pigeons(holes: int, mark: int) -> Iterator[str]:
    """More pigeons than holes: no profile fits, and no short reasoning shows it."""
    yield f"{{fact: z{mark}}}"
    for pigeon in range(holes + 1):
        yield "{any: [" + ", ".join(f"{{fact: p{pigeon}h{hole}}}" for hole in range(holes)) + "]}"
        for other in range(pigeon):
            for hole in range(holes):
                yield f"{{not: {{all: [{{fact: p{pigeon}h{hole}}}, {{fact: p{other}h{hole}}}]}}}}"


def hard_or_easy(holes: int = 6) -> str:
    """Two rules of one rank that clash wherever the fact x is true, behind a way that is tried first and never ends."""
    rules = [
        f"  - {{id: R{n}, effect: {effect}, when: {{any: [{{all: [{', '.join(pigeons(holes, n))}]}}, {{fact: x}}]}}}}\n"
        for n, effect in enumerate(("permit", "prohibit"))
    ]
    return f"pack: hard\nrules:\n{''.join(rules)}"


def declared(text: str) -> str:
    """A pack that declares every fact it names, below its rules."""
    facts = ", ".join(f"{key}: boolean" for key in sorted(set(re.findall(r"fact: (\w+)", text))))
    return f"{text}declares: {{facts: {{{facts}}}}}\n"
