"""A plan as an Excel workbook and as Microsoft Project XML, read back and compared with the rows it was made of."""

import csv
import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from provenet.case.export import csv_of, fit_text, guarded
from provenet.case.tables import table
from provenet.core.errors import UsageFault
from provenet.replacement.exports import PlanRows, workbook
from provenet.replacement.mspdi import NAMESPACE, project
from support.plan_rows import MILLION, ends, plan_tables, robust, step, steps
from unit.dossier.small_tables import filled

P = f"{{{NAMESPACE}}}"
HOSTILE = (
    "#N/A",
    "=1+1",
    "+SUM(A1)",
    "-2+3",
    "@now",
    "\t=1",
    "a;=cmd|' /C calc'!A0",
    "\x00\x1b\ud800\ufffe",
    "]]><b>&amp;",
    "x" * 40_000,
)
NAMES = {"north-tel": "North Tel", "south-tel": "South Tel", "acme": "Acme", "bolt": "Bolt", "core-co": "CoreCo"}
SOURCE = {"ref": "swap_option:opt-1", "title": "=A paper", "kind": "press", "published": "2026", "url": "https://a.example",
          "locator": "row 2", "reading": "read in the source"}  # fmt: skip


def rows(**replaced: Any) -> PlanRows:
    held = {name: list(frame.iter_rows(named=True)) for name, frame in plan_tables(**replaced).items()}
    names = {"steps": "plan_step", "periods": "plan_period", "uses": "plan_use", "points": "plan_frontier"}
    parts = {name: held[of] for name, of in names.items()}
    return PlanRows(held["plan"][0], **parts, inputs=held["plan_input"], names=NAMES, sources=[SOURCE])


def book_of(given_rows: PlanRows) -> Any:
    return load_workbook(io.BytesIO(workbook(given_rows)))


def column(sheet: Any, name: str, header: int = 2, last: int | None = None) -> list[Any]:
    at = next(cell.column for cell in sheet[header] if cell.value == name)
    return [sheet.cell(row, at) for row in range(header + 1, (last or sheet.max_row) + 1)]


def test_the_workbook_has_its_sheets_and_as_many_rows_as_were_stored() -> None:
    book = book_of(rows())
    assert book.sheetnames == ["Plan", "Steps", "Curves", "Limits", "Assumptions", "Sources"]
    assert book["Steps"].max_row == 2 + 4
    assert book["Limits"].max_row == 2 + 4
    assert book["Assumptions"].max_row == 2 + 4
    assert book["Curves"].max_row == 2 + 4 + 1 + 2 + 4


def test_dates_are_dates_amounts_are_numbers_and_they_are_those_of_the_rows() -> None:
    sheet = book_of(rows())["Steps"]
    starts = column(sheet, "start_on")
    assert [cell.value for cell in starts] == [datetime(2027, 1, 1), datetime(2027, 7, 1), datetime(2027, 7, 1), None]
    assert {cell.number_format for cell in starts[:3]} == {"yyyy-mm-dd"}
    costs = column(sheet, "mid_cost_amount")
    assert sum(cell.value or 0 for cell in costs) == 30 * MILLION
    assert {cell.number_format for cell in costs[:3]} == {"#,##0"}
    assert costs[3].value is None
    assert [cell.value for cell in column(sheet, "carrier")] == ["North Tel"] * 3 + ["South Tel"]
    assert [cell.value for cell in column(sheet, "to_vendor")] == ["CoreCo", "Bolt", "Bolt", None]
    shares = column(sheet, "high_share")
    assert [cell.value for cell in shares] == [0.15] * 4
    assert {cell.number_format for cell in shares} == {"0.0%"}
    assert [cell.value for cell in column(sheet, "priced")] == [True, True, True, False]


def test_curves_hold_the_quarters_then_the_points_and_two_charts() -> None:
    sheet = book_of(rows())["Curves"]
    assert [cell.value for cell in column(sheet, "mid_exposed_share", last=6)] == [0.4, 0.4, 0.4, 0.15]
    assert [cell.value for cell in column(sheet, "sum_spent_amount", last=6)] == [20e6, 20e6, 30e6, 30e6]
    assert [cell.value for cell in column(sheet, "kind", header=9)] == ["budget", "budget", "date", "date"]
    with zipfile.ZipFile(io.BytesIO(workbook(rows()))) as parts:
        charts = [parts.read(name).decode() for name in parts.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 2
    heads = {cell.value: cell.column_letter for cell in sheet[2]}
    assert f"'Curves'!${heads['mid_exposed_share']}$3:${heads['mid_exposed_share']}$6" in charts[0]
    assert f"'Curves'!${heads['high_spent_amount']}$3:${heads['high_spent_amount']}$6" in charts[1]


def test_the_plan_sheet_tells_every_column_and_every_sentence() -> None:
    sheet = book_of(rows())["Plan"]
    told: dict[str, list[Any]] = {}
    name = ""
    for row in sheet.iter_rows(min_row=2, values_only=True):
        name = row[0] or name
        told.setdefault(name, []).append(row[1])
    assert set(told) == {c.name for c in table("plan").columns} - {"run_id", "inputs"}
    assert told["mid_cost_amount"] == [30 * MILLION]
    assert told["by_on"] == [datetime(2027, 12, 31)]
    assert told["binding"] == ["crews of north-tel"]
    assert told["gap_share"] == [0]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula_and_every_text_is_one_xml_holds(text: str) -> None:
    hostile = [{**row, "because": text, "lot_says": text} for row in steps()]
    told = rows(plan_step=[{**one, "because": "x", "lot_says": "x"} for one in hostile])
    made = PlanRows(**{**vars(told), "steps": [{**row, "because": text, "lot_says": text} for row in told.steps]})
    book = book_of(made)
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert {cell.value for cell in column(book["Steps"], "because")} == {fit_text(guarded(fit_text(text)))}
    assert {cell.data_type for cell in column(book["Steps"], "because")} == {"s"}
    assert max(len(cell.value) for cell in cells if isinstance(cell.value, str)) <= 32_767
    assert ElementTree.fromstring(project(made)) is not None


def test_a_robust_plan_has_a_sheet_more() -> None:
    held = {name: list(frame.iter_rows(named=True)) for name, frame in plan_tables(**robust()).items()}
    book = book_of(PlanRows(**{**vars(rows()), "robust": {name: held[name] for name in robust()}}))
    assert book.sheetnames[-2:] == ["Robust", "Sources"]
    assert book["Robust"].max_row == 2 + 4 + 1 + 2 + 2 + 1 + 2 + 1


def test_a_source_whose_title_looks_like_a_formula_is_guarded() -> None:
    sheet = book_of(rows())["Sources"]
    assert [cell.value for cell in column(sheet, "title", header=1)] == ["'=A paper"]


PRINTABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\x1c\x1d\x1e\x1f")


@given(st.one_of(st.text(PRINTABLE, min_size=1, max_size=30), st.text("=+-@;\t\n 1e.a", min_size=1, max_size=12)))
def test_text_is_guarded_as_in_csv(text: str) -> None:
    frame = filled("party", [{"party_id": "p", "name": text}])
    (read,) = csv.DictReader(io.StringIO(csv_of(table("party"), frame).decode(), newline=""))
    assert read["name"] == guarded(text)


def test_equal_plans_are_equal_files_and_no_clock_is_read() -> None:
    data = workbook(rows())
    assert data == workbook(rows())
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-11-24T00:00:00Z</dcterms:modified>" in parts.read("docProps/core.xml")
    assert project(rows()) == project(rows())


ORDER = {
    "Project": (
        "SaveVersion UID Name Title Subject Category Company Manager Author CreationDate Revision LastSaved "
        "ScheduleFromStart StartDate FinishDate FYStartDate CriticalSlackLimit CurrencyDigits CurrencySymbol "
        "CurrencyCode CurrencySymbolPosition CalendarUID DefaultStartTime DefaultFinishTime MinutesPerDay "
        "MinutesPerWeek DaysPerMonth DefaultTaskType DefaultFixedCostAccrual DefaultStandardRate "
        "DefaultOvertimeRate DurationFormat WorkFormat EditableActualCosts HonorConstraints EarnedValueMethod "
        "InsertedProjectsLikeSummary MultipleCriticalPaths NewTasksEffortDriven NewTasksEstimated "
        "SplitsInProgressTasks SpreadActualCost SpreadPercentComplete TaskUpdatesResource FiscalYearStart "
        "WeekStartDay OutlineCodes WBSMasks ExtendedAttributes Calendars Tasks Resources Assignments"
    ),
    "ExtendedAttributes": "ExtendedAttribute",
    "Calendar": "UID Name IsBaseCalendar BaseCalendarUID WeekDays Exceptions",
    "WeekDay": "DayType DayWorking TimePeriod WorkingTimes",
    "WorkingTime": "FromTime ToTime",
    "Task": (
        "UID ID Name Type IsNull CreateDate Contact WBS WBSLevel OutlineNumber OutlineLevel Priority Start "
        "Finish Duration DurationFormat Work Stop Resume ResumeValid EffortDriven Recurring OverAllocated "
        "Estimated Milestone Summary Critical IsSubproject IsSubprojectReadOnly SubprojectName ExternalTask "
        "ExternalTaskProject EarlyStart EarlyFinish LateStart LateFinish StartVariance FinishVariance "
        "WorkVariance FreeSlack TotalSlack FixedCost FixedCostAccrual PercentComplete PercentWorkComplete "
        "Cost OvertimeCost OvertimeWork ActualStart ActualFinish ActualDuration ActualCost ActualOvertimeCost "
        "ActualWork ActualOvertimeWork RegularWork RemainingDuration RemainingCost RemainingWork "
        "RemainingOvertimeCost RemainingOvertimeWork ACWP CV ConstraintType CalendarUID ConstraintDate "
        "Deadline LevelAssignments LevelingCanSplit LevelingDelay LevelingDelayFormat PreLeveledStart "
        "PreLeveledFinish Hyperlink HyperlinkAddress HyperlinkSubAddress IgnoreResourceCalendar Notes HideBar "
        "Rollup BCWS BCWP PhysicalPercentComplete EarnedValueMethod PredecessorLink ActualWorkProtected "
        "ActualOvertimeWorkProtected ExtendedAttribute Baseline OutlineCode IsPublished"
    ),
    "PredecessorLink": "PredecessorUID Type CrossProject CrossProjectName LinkLag LagFormat",
    "Resource": (
        "UID ID Name Type IsNull Initials Phonetics NTAccount MaterialLabel Code Group WorkGroup EmailAddress "
        "Hyperlink HyperlinkAddress HyperlinkSubAddress MaxUnits PeakUnits OverAllocated AvailableFrom "
        "AvailableTo Start Finish CanLevel AccrueAt Work RegularWork OvertimeWork ActualWork RemainingWork "
        "ActualOvertimeWork RemainingOvertimeWork PercentWorkComplete StandardRate StandardRateFormat Cost "
        "OvertimeRate OvertimeRateFormat OvertimeCost CostPerUse ActualCost ActualOvertimeCost RemainingCost "
        "RemainingOvertimeCost WorkVariance CostVariance SV CV ACWP CalendarUID Notes"
    ),
    "Assignment": (
        "UID TaskUID ResourceUID PercentWorkComplete ActualCost ActualFinish ActualOvertimeCost "
        "ActualOvertimeWork ActualStart ActualWork ACWP Confirmed Cost CostRateTable CostVariance CV Delay "
        "Finish FinishVariance Hyperlink HyperlinkAddress HyperlinkSubAddress WorkVariance HasFixedRateUnits "
        "FixedMaterial LevelingDelay LevelingDelayFormat LinkedFields Milestone Notes Overallocated "
        "OvertimeCost OvertimeWork PeakUnits RegularWork RemainingCost RemainingOvertimeCost "
        "RemainingOvertimeWork RemainingWork ResponsePending Start Stop Resume StartVariance Summary SV Units "
        "UpdateNeeded VAC Work WorkContour"
    ),
}
"""The order of elements in Microsoft's published schema (mspdi_pj12.xsd), as far as a plan needs it."""


def root_of(made: PlanRows) -> ElementTree.Element:
    return ElementTree.fromstring(project(made))


def tasks_of(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """Tasks by the id of their lot; summaries by their outline number."""
    made = {}
    for task in root.iter(f"{P}Task"):
        lot = next((e.findtext(f"{P}Value") for e in task.findall(f"{P}ExtendedAttribute")), None)
        made[lot or task.findtext(f"{P}OutlineNumber") or ""] = task
    return made


def text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{P}{name}") or ""


def test_elements_stand_in_the_order_of_the_schema() -> None:
    root = root_of(rows())
    assert root.tag == f"{P}Project"
    for name, order in ORDER.items():
        places = {one: at for at, one in enumerate(order.split())}
        found = list(root.iter(f"{P}{name}"))
        assert found, name
        for element in found:
            at = [places[child.tag.removeprefix(P)] for child in element]
            assert at == sorted(at), name


def test_what_the_schema_requires_is_there_and_no_name_is_too_long() -> None:
    long = [{**row, "lot_says": "l" * 900} for row in steps()]
    root = root_of(rows(plan_step=long))
    for required in ("SaveVersion", "CurrencyCode", "StartDate"):
        assert text(root, required)
    assert max(len(text(task, "Name")) for task in root.iter(f"{P}Task")) == 512
    for kind in ("Task", "Resource", "Assignment", "Calendar"):
        uids = [int(text(element, "UID")) for element in root.iter(f"{P}{kind}")]
        assert len(set(uids)) == len(uids), kind
        assert uids == sorted(uids)


def test_tasks_start_and_finish_with_the_quarters_of_their_steps() -> None:
    made = rows()
    tasks = tasks_of(root_of(made))
    for step_row in made.in_time():
        task = tasks[step_row["unit_id"]]
        last = step_row["done_on"] - timedelta(days=1)
        assert text(task, "Start") == f"{step_row['start_on']}T08:00:00"
        assert text(task, "Finish") == f"{last}T17:00:00"
        assert text(task, "Duration") == f"PT{((last - step_row['start_on']).days + 1) * 8}H0M0S"
        assert text(task, "ConstraintDate") == text(task, "Start")
        assert text(task, "Deadline") == (f"{step_row['latest_on']}T17:00:00" if step_row["latest_on"] else "")
    assert [text(tasks[lot], "Duration") for lot in ("lot 3", "lot 1")] == ["PT1448H0M0S", "PT736H0M0S"]


def test_the_outline_is_the_plan_its_carriers_and_their_classes() -> None:
    root = root_of(rows())
    lines = [(text(t, "OutlineNumber"), text(t, "Name"), text(t, "Summary")) for t in root.iter(f"{P}Task")]
    assert lines == [
        ("0", "plan for Germany under Network law (law), least exposure, rules in force", "1"),
        ("1", "North Tel", "1"),
        ("1.1", "core: Acme", "1"),
        ("1.1.1", "Acme core, 1 systems to CoreCo", "0"),
        ("1.2", "ran: Acme", "1"),
        ("1.2.1", "Acme ran, lot 1 of 2: 100 sites to Bolt", "0"),
        ("1.2.2", "Acme ran, lot 2 of 2: 100 sites to Bolt", "0"),
    ]
    whole = next(root.iter(f"{P}Task"))
    assert "1 lots stay and have no task: Acme ran, lot 4 of 2: 100 sites." in text(whole, "Notes")
    assert (text(whole, "Start"), text(whole, "Finish")) == ("2027-01-01T08:00:00", "2027-09-30T17:00:00")


def test_what_waits_is_linked_finish_to_start_and_what_goes_together_start_to_start() -> None:
    made = rows()
    tasks = tasks_of(root_of(made))
    links = {
        lot: [(text(link, "PredecessorUID"), text(link, "Type")) for link in task.findall(f"{P}PredecessorLink")]
        for lot, task in tasks.items()
    }
    core, first = text(tasks["lot 3"], "UID"), text(tasks["lot 1"], "UID")
    assert links == {
        **{at: [] for at in ("0", "1", "1.1", "1.2", "lot 3")},
        "lot 1": [(core, "1")],
        "lot 2": [(core, "1"), (first, "3")],
    }
    ends_at = {text(task, "UID"): (text(task, "Start"), text(task, "Finish")) for task in tasks.values()}
    for lot, held in links.items():
        for uid, kind in held:
            start = text(tasks[lot], "Start")
            assert (ends_at[uid][1] < start) if kind == "1" else (ends_at[uid][0] == start)


def test_costs_are_in_hundredths_and_add_up() -> None:
    tasks = tasks_of(root_of(rows()))
    fixed = {at: text(task, "FixedCost") for at, task in tasks.items()}
    summaries = {"0": "3000000000", "1": "3000000000", "1.1": "2000000000", "1.2": "1000000000"}
    assert {at: text(tasks[at], "Cost") for at in summaries} == summaries
    lots = {"lot 3": "2000000000", "lot 1": "500000000", "lot 2": "500000000"}
    assert fixed == dict.fromkeys(summaries, "0") | lots
    values = [text(e, "Value") for e in tasks["lot 1"].findall(f"{P}ExtendedAttribute")]
    assert values == ["lot 1", "step-0000000000000001", "400000000", "600000000"]


def test_crews_are_resources_with_their_limit_and_their_work_fits_the_time() -> None:
    root = root_of(rows())
    (crew,) = root.iter(f"{P}Resource")
    assert (text(crew, "Name"), text(crew, "Type"), text(crew, "MaxUnits")) == ("crews north-tel", "1", "10.0000")
    hours = {text(t, "UID"): text(t, "Duration") for t in root.iter(f"{P}Task")}
    for assignment in root.iter(f"{P}Assignment"):
        whole = float(hours[text(assignment, "TaskUID")][2:].split("H")[0])
        assert float(text(assignment, "Units")) * whole == pytest.approx(26 * 7 * 8, rel=1e-5)
        assert text(assignment, "Work") == "PT1456H0M0S"


def test_custom_fields_are_declared_as_text_or_cost_and_hold_what_the_steps_say() -> None:
    """Project numbers the kinds of custom fields: 0 is a cost, 7 is text."""
    root = root_of(rows())
    fields = next(root.iter(f"{P}ExtendedAttributes"))
    names = ("FieldID", "FieldName", "CFType", "Alias")
    assert [tuple(text(one, name) for name in names) for one in fields] == [
        ("188743731", "Text1", "7", "Lot id"),
        ("188743734", "Text2", "7", "Step id"),
        ("188743786", "Cost1", "0", "Cost, lower prices"),
        ("188743787", "Cost2", "0", "Cost, upper prices"),
    ]
    (first, *_) = (task for task in root.iter(f"{P}Task") if text(task, "Name").startswith("Acme ran, lot 1"))
    held = {text(one, "FieldID"): text(one, "Value") for one in first.findall(f"{P}ExtendedAttribute")}
    assert list(held.items()) == [
        ("188743731", "lot 1"), ("188743734", "step-0000000000000001"), ("188743786", "400000000"),
        ("188743787", "600000000"),
    ]  # fmt: skip


def test_the_head_of_a_project_says_its_days_its_money_and_how_long_a_day_is() -> None:
    root = root_of(rows())
    head = {child.tag.removeprefix(P): child.text for child in root if not len(child)}
    told = ("Category", "ScheduleFromStart", "StartDate", "FinishDate", "CurrencyCode", "MinutesPerDay",
            "MinutesPerWeek", "DaysPerMonth", "DefaultStartTime", "DefaultFinishTime", "WeekStartDay")  # fmt: skip
    assert [head[name] for name in told] == [
        "rules in force", "1", "2027-01-01T08:00:00", "2027-09-30T17:00:00", "EUR", "480", "3360", "30", "08:00:00",
        "17:00:00", "1",
    ]  # fmt: skip
    calendar = next(root.iter(f"{P}Calendar"))
    assert (text(calendar, "IsBaseCalendar"), text(calendar, "BaseCalendarUID")) == ("1", "-1")  # based on no other
    times = next(root.iter(f"{P}WorkingTimes"))
    hours = [(text(one, "FromTime"), text(one, "ToTime")) for one in times]
    assert hours == [("08:00:00", "12:00:00"), ("13:00:00", "17:00:00")]


def test_twenty_lots_that_stay_are_named_and_all_of_them_counted() -> None:
    stays = next(row for row in steps() if row["action"] == "stays")
    ids = range(10, 31)
    more = [{**stays, "step_id": f"step-{at:016d}", "unit_id": f"s{at}", "lot_says": f"lot s{at}"} for at in ids]
    told = rows()
    made = PlanRows(**{**vars(told), "steps": [row for row in told.steps if row["action"] != "stays"] + more})
    notes = text(tasks_of(root_of(made))["0"], "Notes")
    named = "; ".join(f"lot s{at}" for at in range(10, 30))
    assert f"21 lots stay and have no task: {named}." in notes


def test_notes_of_a_task_give_money_elements_reason_and_rule() -> None:
    tasks = tasks_of(root_of(rows()))
    assert text(tasks["lot 1"], "Notes").splitlines() == [
        "Cost beyond renewals due anyway: 4,000,000 to 6,000,000 EUR of 2026, planned with 5,000,000; price derived.",
        "Elements: 90 to 120 sites, planned with 100. A lot is no site.",
        "Reason for the date: once lot 3 is in service.",
        "Rule: law-1, L-1. Figure: step-0000000000000001.",
    ]
    whole = text(tasks["0"], "Notes")
    assert "Status optimal, at most 0.00 % from the best plan; proof: certified." in whole
    assert "1 of 4 inputs are assumptions: no source gives them." in whole and "SCENARIO" not in whole


def crews_of(made: PlanRows) -> tuple[dict[str, str], list[str]]:
    """Crews with the most there are at once, and the crew of each assignment."""
    root = root_of(made)
    held = {text(one, "UID"): text(one, "Name") for one in root.iter(f"{P}Resource")}
    most = {text(one, "Name"): text(one, "MaxUnits") for one in root.iter(f"{P}Resource")}
    return most, [held[text(one, "ResourceUID")] for one in root.iter(f"{P}Assignment")]


def test_lots_of_a_region_take_its_own_crews_where_a_limit_names_them_and_else_those_of_the_carrier() -> None:
    east = [{**row, "region": "east"} if row["unit_id"] == "lot 1" else row for row in steps()]
    shared = rows(plan_step=east)
    assert crews_of(shared) == ({"crews north-tel": "10.0000"}, ["crews north-tel"] * 3)
    regional = {"limit_says": "crews of east", "resource": "crews north-tel east", "capacity_amount": 26.0}
    more = [{**use, **regional, "use_id": f"{use['use_id'][:-1]}f"} for use in shared.uses]
    made = PlanRows(**{**vars(shared), "uses": [*shared.uses, *more]})
    most, assigned = crews_of(made)
    assert most == {"crews north-tel": "10.0000", "crews north-tel east": "2.0000"}
    assert sorted(assigned) == ["crews north-tel", "crews north-tel", "crews north-tel east"]
    notes = {text(one, "Notes") for one in root_of(made).iter(f"{P}Resource")}
    assert notes == {"Crews at the same time, as the plan's limit says (assumed)."}


def test_crews_that_nothing_limits_are_a_resource_without_a_most() -> None:
    made = PlanRows(**{**vars(rows()), "uses": []})
    assert crews_of(made) == ({"crews north-tel": ""}, ["crews north-tel"] * 3)
    (crew,) = root_of(made).iter(f"{P}Resource")
    assert text(crew, "Notes") == "Crews at the same time, as the plan's limit says (not limited)."


def test_every_day_of_the_calendar_is_worked_so_that_no_quarter_begins_on_a_day_off() -> None:
    days = list(root_of(rows()).iter(f"{P}WeekDay"))
    assert [(text(day, "DayType"), text(day, "DayWorking")) for day in days] == [(str(n), "1") for n in range(1, 8)]


def test_a_scenario_says_so_in_the_file() -> None:
    told = plan_tables()["plan"].row(0, named=True)
    root = root_of(rows(plan=[{**told, "scenario": True, "scenario_says": "Advice taken as law"}]))
    assert text(root, "Category") == "scenario"
    notes = text(next(root.iter(f"{P}Task")), "Notes")
    assert "SCENARIO, not what binds the carriers today: Advice taken as law." in notes


def test_a_lot_begun_before_the_plan_or_shut_down_is_told_as_such() -> None:
    begun = step(5, start_on=date(2026, 1, 1), done_on=None, start_period_count=None)
    shut = step(6, action="shut down", to_vendor_id=None, **ends("cost_amount", 0.0, 0.0, 0.0), crew_weeks=None)
    root = root_of(rows(plan_step=[begun, shut]))
    assert [text(t, "Name") for t in root.iter(f"{P}Task")][-1] == "Acme ran, lot 6 of 2: 100 sites (shut down)"
    assert list(root.iter(f"{P}Resource")) == []


def test_a_plan_without_a_lot_in_time_is_no_project() -> None:
    says = "^export: this plan swaps no lot, so there is no task to write; --as xlsx or --as csv shows why.$"
    with pytest.raises(UsageFault, match=says):
        project(rows(plan_step=steps()[3:]))
    assert book_of(rows(plan_step=[]))["Steps"].max_row == 2
