"""A plan as Microsoft Project XML (MSPDI), which Project, ProjectLibre and GanttProject open.

Elements stand in the order of Microsoft's published schema (Project 2007 XML Data Interchange Schema, mspdi_pj12.xsd;
learn.microsoft.com, "XML Schema for the Project Element"). Amounts of money are in hundredths, as Project writes them.
The calendar works seven days a week, eight hours a day, so that the first day of a quarter is a working day whatever
its weekday and no programme moves a start when it opens the file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import fsum
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from provenet.case.export import fit_text
from provenet.case.rows import AnyRow
from provenet.core.errors import UsageFault
from provenet.core.grouping import grouped
from provenet.replacement.exports import PlanRows
from provenet.replacement.options import WEEKS_A_QUARTER

NAMESPACE = "http://schemas.microsoft.com/project"
HOURS_A_DAY = 8
DAY_START, DAY_END = "08:00:00", "17:00:00"
TEXT_FIELDS = {"188743731": "Text1", "188743734": "Text2"}
COST_FIELDS = {"188743786": "Cost1", "188743787": "Cost2"}
"""Ids of the custom fields of a task, as Project numbers them."""
_ALIASES = {"Text1": "Lot id", "Text2": "Step id", "Cost1": "Cost, lower prices", "Cost2": "Cost, upper prices"}
_ALWAYS = (
    f"CurrencySymbolPosition=3 CalendarUID=1 DefaultStartTime={DAY_START} DefaultFinishTime={DAY_END} "
    f"MinutesPerDay={HOURS_A_DAY * 60} MinutesPerWeek={HOURS_A_DAY * 60 * 7} DaysPerMonth=30 DefaultTaskType=1 "
    "DefaultFixedCostAccrual=1 DefaultStandardRate=0 DefaultOvertimeRate=0 DurationFormat=7 WorkFormat=4 "
    "HonorConstraints=1 NewTasksEffortDriven=0 NewTasksEstimated=0 WeekStartDay=1"
)
"""Settings of every project, in the order of the format."""
_LONGEST_NAME = 512
_FINISH_TO_START, _START_TO_START = 1, 3
_NOT_EARLIER = 4


@dataclass
class _Task:
    """One line of the outline; a lot where `step` is given, else a summary of what stands under it."""

    uid: int
    name: str
    number: str
    level: int
    start: date
    done: date
    cost: float
    step: AnyRow | None = None
    notes: str = ""
    links: list[tuple[int, int]] = field(default_factory=list)

    @property
    def days(self) -> int:
        """Days of work, every day of the week counted."""
        return max(1, (self.done - self.start).days)


def project(rows: PlanRows) -> bytes:
    """The plan as an MSPDI file: lots as tasks under their carrier and class, with links, deadlines, crews and costs.

    A task starts on the first day of its quarter and finishes on the day before it is in service. A lot that waits for
    another has a finish-to-start link, lots that go together a start-to-start link, the last day a rule gives is its
    deadline, the cost planned with its fixed cost, due at the start. The notes of the first task name the lots
    that stay. Raises UsageFault where no lot is in time. Law: equal rows give equal bytes. Cost O(lots + links).
    """
    steps = rows.in_time()
    if not steps:
        raise UsageFault(
            "export: this plan swaps no lot, so there is no task to write; --as xlsx or --as csv shows why."
        )
    tasks = _outline(rows, steps)
    root = Element("Project", xmlns=NAMESPACE)
    _head(root, rows, tasks[0])
    _custom_fields(root)
    _calendar(root)
    held = SubElement(root, "Tasks")
    for task in tasks:
        _task(held, task)
    crews = _crews(rows, steps)
    _resources(root, rows, crews)
    _assignments(root, tasks, crews)
    ElementTree.indent(root)
    made: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return made + b"\n"


def _put(parent: Element, **values: object) -> None:
    """Elements in the order given; None leaves one out, a truth value is 1 or 0."""
    for name, value in values.items():
        if value is not None:
            SubElement(parent, name).text = str(int(value)) if isinstance(value, bool) else fit_text(str(value))


def _name(text: str, longest: int = _LONGEST_NAME) -> str:
    return fit_text(" ".join(text.split()), longest)


def _at(day: date, time: str) -> str:
    return f"{day.isoformat()}T{time}"


def _hours(hours: float) -> str:
    """A duration as Project writes it.

    >>> _hours(736), _hours(20.5)
    ('PT736H0M0S', 'PT20H30M0S')
    """
    whole, minutes = divmod(round(hours * 60), 60)
    return f"PT{whole}H{minutes}M0S"


def _money(amount: float) -> str:
    """An amount in hundredths, without an exponent."""
    return f"{amount * 100:.0f}"


def _outline(rows: PlanRows, steps: Sequence[AnyRow]) -> list[_Task]:
    """The whole plan, then each carrier with its classes and their lots; links point to the tasks of lots."""
    first, last = min(s["start_on"] for s in steps), max(s["done_on"] for s in steps)
    tasks = [_Task(0, _name(rows.plan["label"]), "0", 0, first, last, _cost(steps), notes=_whole_notes(rows))]
    for at, (carrier, of_carrier) in enumerate(_groups(steps, lambda s: rows.name(s["carrier_id"])), start=1):
        tasks.append(_summary(len(tasks), carrier, f"{at}", level=1, steps=of_carrier))
        for below, (what, lots) in enumerate(_groups(of_carrier, lambda s: _block(rows, s)), start=1):
            tasks.append(_summary(len(tasks), what, f"{at}.{below}", level=2, steps=lots))
            for place, step in enumerate(lots, start=1):
                tasks.append(
                    _Task(
                        uid=len(tasks),
                        name=_name(_lot_name(rows, step)),
                        number=f"{at}.{below}.{place}",
                        level=3,
                        start=step["start_on"],
                        done=max(step["done_on"], step["start_on"] + timedelta(days=1)),
                        cost=_cost([step]),
                        step=step,
                        notes=_lot_notes(rows, step),
                    )
                )
    _link(tasks)
    return tasks


def _groups(steps: Iterable[AnyRow], key: Any) -> list[tuple[str, list[AnyRow]]]:
    return sorted(grouped((key(step), step) for step in steps).items(), key=lambda pair: pair[0].casefold())


def _summary(uid: int, name: str, number: str, *, level: int, steps: Sequence[AnyRow]) -> _Task:
    first, last = min(s["start_on"] for s in steps), max(s["done_on"] for s in steps)
    return _Task(uid, _name(name), number, level, first, last, _cost(steps))


def _cost(steps: Iterable[AnyRow]) -> float:
    return fsum(step["mid_cost_amount"] or 0.0 for step in steps)


def _block(rows: PlanRows, step: AnyRow) -> str:
    parts = [step["asset_class"], step["generation"], step["region"]]
    block = ", ".join(str(part) for part in parts if part)
    return f"{block}: {rows.name(step['from_vendor_id'])}"


def _lot_name(rows: PlanRows, step: AnyRow) -> str:
    to = f" to {rows.name(step['to_vendor_id'])}" if step["to_vendor_id"] else ""
    shut = " (shut down)" if step["action"] == "shut down" else ""
    return f"{step['lot_says']}{to}{shut}"


def _lot_notes(rows: PlanRows, step: AnyRow) -> str:
    money = f"{step['currency']} of {step['price_year']}" if step["currency"] else "no money stated"
    low, mid, high = (step[f"{end}_cost_amount"] for end in ("low", "mid", "high"))
    cost = "no price is known" if mid is None else f"{low:,.0f} to {high:,.0f} {money}, planned with {mid:,.0f}"
    count = f"{step['low_element_count']:,.0f} to {step['high_element_count']:,.0f} {step['unit_says']}"
    rule = ", ".join(part for part in (step["pack"], step["rule_id"]) if part)
    lines = [
        f"Cost beyond renewals due anyway: {cost}; price {step['basis']}.",
        f"Elements: {count}, planned with {step['element_count']:,.0f}. A lot is no site.",
        f"Reason for the date: {step['because']}.",
        f"Rule: {rule}. Figure: {step['step_id']}.",
    ]
    return "\n".join(lines)


def _whole_notes(rows: PlanRows) -> str:
    plan = rows.plan
    staying = [step["lot_says"] for step in rows.steps if step["action"] == "stays"]
    gap = "" if plan["gap_share"] is None else f", at most {100 * plan['gap_share']:.2f} % from the best plan"
    lines = [plan["headline"]]
    if plan["scenario_says"]:
        lines.append(f"SCENARIO, not what binds the carriers today: {plan['scenario_says']}.")
    lines.append(f"Policies: {plan['policy_says']}.")
    lines.append(f"Status {plan['status']}{gap}; proof: {plan['proof']}.")
    lines.append(f"{plan['assumed_count']} of {plan['input_count']} inputs are assumptions: no source gives them.")
    if staying:
        lines.append(f"{len(staying)} lots stay and have no task: {'; '.join(staying[:20])}.")
    lines.append(f"Figure: {plan['plan_id']}. Costs are fixed costs at the middle prices, due at the start.")
    return "\n".join(lines)


def _link(tasks: Sequence[_Task]) -> None:
    """Links by the lots' own lists: what waits for what, and what starts together with an earlier line."""
    by_unit = {task.step["unit_id"]: task for task in tasks if task.step is not None}
    for task in by_unit.values():
        step = task.step or {}
        before = [by_unit[unit] for unit in step["after_units"] if unit in by_unit]
        task.links += [(first.uid, _FINISH_TO_START) for first in before if first is not task]
        together = [by_unit[unit] for unit in step["together_units"] if unit in by_unit]
        earlier = [other.uid for other in together if other.uid < task.uid]
        if earlier:
            task.links.append((min(earlier), _START_TO_START))


def _head(root: Element, rows: PlanRows, whole: _Task) -> None:
    plan = rows.plan
    _put(
        root,
        SaveVersion=12,
        Name=_name(f"{plan['plan_id']}.xml", 255),
        Title=_name(plan["label"]),
        Subject=_name(plan["policy_says"]),
        Category="scenario" if plan["scenario"] else "rules in force",
        Author="Provenet",
        CreationDate=_at(plan["as_of_on"], DAY_START),
        LastSaved=_at(plan["as_of_on"], DAY_START),
        ScheduleFromStart=True,
        StartDate=_at(whole.start, DAY_START),
        FinishDate=_at(whole.done - timedelta(days=1), DAY_END),
        FYStartDate=1,
        CriticalSlackLimit=0,
        CurrencyDigits=2,
        CurrencySymbol=_name(plan["currency"] or "", 20),
        CurrencyCode=_name(plan["currency"] or "EUR", 3),
        **dict(pair.split("=") for pair in _ALWAYS.split()),
    )


def _custom_fields(root: Element) -> None:
    held = SubElement(root, "ExtendedAttributes")
    for ident, name in (TEXT_FIELDS | COST_FIELDS).items():
        kind = 7 if ident in TEXT_FIELDS else 0
        _put(SubElement(held, "ExtendedAttribute"), FieldID=ident, FieldName=name, CFType=kind, Alias=_ALIASES[name])


def _calendar(root: Element) -> None:
    calendar = SubElement(SubElement(root, "Calendars"), "Calendar")
    _put(calendar, UID=1, Name="Every day", IsBaseCalendar=True, BaseCalendarUID=-1)
    week = SubElement(calendar, "WeekDays")
    for day in range(1, 8):
        held = SubElement(week, "WeekDay")
        _put(held, DayType=day, DayWorking=True)
        times = SubElement(held, "WorkingTimes")
        for start, end in ((DAY_START, "12:00:00"), ("13:00:00", DAY_END)):
            _put(SubElement(times, "WorkingTime"), FromTime=start, ToTime=end)


def _task(parent: Element, task: _Task) -> None:
    step = task.step
    lot = step is not None
    held = SubElement(parent, "Task")
    _put(
        held,
        UID=task.uid,
        ID=task.uid,
        Name=task.name,
        Type=1,
        IsNull=False,
        WBS=task.number,
        OutlineNumber=task.number,
        OutlineLevel=task.level,
        Priority=500,
        Start=_at(task.start, DAY_START),
        Finish=_at(task.done - timedelta(days=1), DAY_END),
        Duration=_hours(task.days * HOURS_A_DAY),
        DurationFormat=7,
        Work=_hours(_work_hours(step)) if step is not None else None,
        EffortDriven=False,
        Estimated=False,
        Milestone=False,
        Summary=not lot,
        FixedCost=_money(task.cost) if lot else "0",
        FixedCostAccrual=1,
        PercentComplete=0,
        Cost=_money(task.cost),
        ActualDuration=_hours(0),
        ActualWork=_hours(0),
        RemainingDuration=_hours(task.days * HOURS_A_DAY),
        RemainingWork=_hours(_work_hours(step)) if step is not None else None,
        ConstraintType=_NOT_EARLIER if lot else 0,
        CalendarUID=1 if lot else -1,
        ConstraintDate=_at(task.start, DAY_START) if lot else None,
        Deadline=_at(step["latest_on"], DAY_END) if step and step["latest_on"] else None,
        IgnoreResourceCalendar=lot,
        Notes=task.notes or None,
    )
    for uid, kind in task.links:
        link = SubElement(held, "PredecessorLink")
        _put(link, PredecessorUID=uid, Type=kind, CrossProject=False, LinkLag=0, LagFormat=7)
    if step is not None:
        values = [step["unit_id"], step["step_id"]]
        values += [
            None if step[name] is None else _money(step[name]) for name in ("low_cost_amount", "high_cost_amount")
        ]
        for ident, value in zip(TEXT_FIELDS | COST_FIELDS, values, strict=True):
            if value is not None:
                _put(SubElement(held, "ExtendedAttribute"), FieldID=ident, Value=value)


def _work_hours(step: AnyRow) -> float:
    """Weeks of a crew as hours of this calendar, in which a week has seven days."""
    return (step["crew_weeks"] or 0.0) * 7 * HOURS_A_DAY


def _crew_of(step: AnyRow) -> str:
    """The resource whose crews do a lot, as the plan's limits name it."""
    return " ".join(part for part in ("crews", step["carrier_id"], step["region"]) if part)


def _crews(rows: PlanRows, steps: Sequence[AnyRow]) -> Mapping[str, int]:
    """A number for each crew that any task needs; the crews of a region stand as their carrier's where no row does."""
    named = {use["resource"] for use in rows.uses if use["kind"] == "crews"}
    held = set[str]()
    for step in steps:
        if step["crew_weeks"]:
            crew = _crew_of(step)
            held.add(crew if crew in named or not step["region"] else _crew_of({**step, "region": None}))
    return {crew: at for at, crew in enumerate(sorted(held), start=1)}


def _resources(root: Element, rows: PlanRows, crews: Mapping[str, int]) -> None:
    held = SubElement(root, "Resources")
    for crew, uid in crews.items():
        weeks = [use["capacity_amount"] for use in rows.uses if use["resource"] == crew]
        basis = next((use["basis"] for use in rows.uses if use["resource"] == crew), "not limited")
        _put(
            SubElement(held, "Resource"),
            UID=uid,
            ID=uid,
            Name=_name(crew),
            Type=1,
            IsNull=False,
            MaxUnits=f"{max(weeks) / WEEKS_A_QUARTER:.4f}" if weeks else None,
            AccrueAt=1,
            StandardRate=0,
            CalendarUID=1,
            Notes=f"Crews at the same time, as the plan's limit says ({basis}).",
        )


def _assignments(root: Element, tasks: Iterable[_Task], crews: Mapping[str, int]) -> None:
    """Crews to lots: on average so many at once that the work of the lot fits its time."""
    held = SubElement(root, "Assignments")
    worked = [(task, step) for task in tasks if (step := task.step) and step["crew_weeks"]]
    for uid, (task, step) in enumerate(worked, start=1):
        crew = crews.get(_crew_of(step)) or crews[_crew_of({**step, "region": None})]
        hours = _work_hours(step)
        _put(
            SubElement(held, "Assignment"),
            UID=uid,
            TaskUID=task.uid,
            ResourceUID=crew,
            ActualWork=_hours(0),
            Finish=_at(task.done - timedelta(days=1), DAY_END),
            RemainingWork=_hours(hours),
            Start=_at(task.start, DAY_START),
            Units=f"{hours / (task.days * HOURS_A_DAY):.6f}",
            Work=_hours(hours),
            WorkContour=0,
        )
