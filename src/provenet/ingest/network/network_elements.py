"""Which entries of an inventory are no network elements: panels, cable trays, racks, power and cooling.

An inventory holds everything that takes up room. What forwards, switches, computes or manages stays, and so does
whatever nobody describes. Left out is only what its role names as one of the things below, or what has no interface at
all but front and rear ports (a panel) or power outlets (a power strip). Source: own, decision 0071.
"""

from __future__ import annotations

import re

PANEL, POWER, ROOM = "panels and frames for cables", "power and batteries", "racks, shelves and cooling"
_NAMES: tuple[tuple[str, str], ...] = (
    (
        PANEL,
        r"patch ?(panel|bay|field)s?|"
        r"(fib(er|re)|copper|coax|optical|cable|termination|splice|odf) (panel|tray|box|closure)s?|"
        r"odfs?|ddfs?|mdfs?|(optical|digital|main) distribution frames?|splice[sd]?|splicing|keystones?|cassettes?|"
        r"cable (management|managers?|organi[sz]ers?|ducts?)",
    ),
    (
        POWER,
        r"pdus?|i?ups(es)?|power|power (strip|supply|supplies|panel|feed|shelf|shelves|system|unit|distribution)s?|"
        r"power distribut(ion units?|ors?)|rectifiers?|batter(y|ies)|generators?|inverters?|transfer switch(es)?|ats",
    ),
    (
        ROOM,
        r"racks?|cabinets?|(rack )?shel(f|ves)|blank(s|ing)?( panels?)?|filler( panels?)?|cooling|hvac|cra[ch]s?|"
        r"air condition(er|ers|ing)?|in ?row coolers?|fan trays?",
    ),
)
_LEADING = r"(?:(?:passive|network|data ?cent(?:er|re)|dc|rack|smart|metered|switched|managed|vertical|horizontal) )*"
_ROLES = tuple((what, re.compile(rf"{_LEADING}(?:{names})", re.I)) for what, names in _NAMES)
_MARKS = re.compile(r"[^\w]+|_")


def no_element_by_role(role: str | None) -> str | None:
    """What a role names that is no network element; None for every other role and for none.

    >>> no_element_by_role("Patch Panel"), no_element_by_role("rack-pdu"), no_element_by_role("Power Router")
    ('panels and frames for cables', 'power and batteries', None)
    """
    words = _MARKS.sub(" ", role or "").strip()
    return next((what for what, form in _ROLES if form.fullmatch(words)), None)


def no_element_by_ports(
    *, interfaces: int | None, front_ports: int | None, rear_ports: int | None, power_outlets: int | None
) -> str | None:
    """What a device is that is known to have no interface but other ports; None where a count is not known.

    >>> no_element_by_ports(interfaces=0, front_ports=24, rear_ports=24, power_outlets=0)
    'panels and frames for cables'
    >>> no_element_by_ports(interfaces=None, front_ports=24, rear_ports=24, power_outlets=0) is None
    True
    """
    if interfaces != 0:
        return None
    if (front_ports or 0) + (rear_ports or 0) > 0:
        return PANEL
    return POWER if (power_outlets or 0) > 0 else None
