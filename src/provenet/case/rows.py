"""One typed row per table: `dictionary.csv` says the columns, and the type checker reads them there.

A row is a plain dictionary. What `row_class` names is for mypy, whose plugin (`scripts/mypy_plugin.py`) makes of each
name the `TypedDict` of its table, so that a column which the table does not have is refused; to any other checker a row
is of no known type. `rows_of(PlanRow, frame)` gives the rows of a frame as `list[PlanRow]`, `iter_rows_of`
one after another, and `row: PlanRow = {...}` or `PlanRow(...)` builds one. Read columns as `row["name"]`: the checker
lets any name pass in `row.get("name")`.

A column that may be null is `T | None`. A column that may be absent from a row that is being built is `NotRequired`:
one that may be null, and those that the reader of a file or the writer of the case adds to every row. A row of a whole
table has every column; a row of a frame that was cut to some columns has those alone, which the type does not say.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol, TypeVar, cast

AnyRow = Mapping[str, Any]
"""A row of any table, for code that treats all tables alike or puts the names of columns together."""
OneRow = TypeVar("OneRow", bound=AnyRow)
"""The class of one table's rows."""


class Frame(Protocol):
    """What can be read row by row, such as a polars frame: stated here so that rows need no library."""

    def to_dicts(self) -> list[dict[str, Any]]:
        """All rows."""

    def iter_rows(self, *, named: Literal[True]) -> Iterator[dict[str, Any]]:
        """One row after another."""


def rows_of(row: type[OneRow], frame: Frame) -> list[OneRow]:
    """The rows of a frame of one table, whose class is `row`. Cost O(cells)."""
    return cast(list[OneRow], frame.to_dicts())


def iter_rows_of(row: type[OneRow], frame: Frame) -> Iterator[OneRow]:
    """The rows of a frame of one table, whose class is `row`, one after another."""
    return cast(Iterator[OneRow], frame.iter_rows(named=True))


def row_class(table: str) -> Any:
    """The class of the rows of a table, named as the table, or of the entries of a struct, such as `_flip`."""
    return type(table, (dict,), {})


AssumptionStruct = row_class("_assumption")
SettingStruct = row_class("_setting")
InputDigestStruct = row_class("_input_digest")
AssetFactStruct = row_class("_asset_fact")
TestedFactStruct = row_class("_tested_fact")
OriginStruct = row_class("_origin")
FlipClaimStruct = row_class("_flip_claim")
FlipStruct = row_class("_flip")
DossierFigureStruct = row_class("_dossier_figure")
DossierFileStruct = row_class("_dossier_file")

RunRow = row_class("run")
FindingRow = row_class("finding")
SourceRow = row_class("source")
PartyRow = row_class("party")
IdentifierRow = row_class("identifier")
OwnershipRow = row_class("ownership")
ListingRow = row_class("listing")
AbsenceRow = row_class("absence")
SuccessionRow = row_class("succession")
RidesOnRow = row_class("rides_on")
OutreachRow = row_class("outreach")
ClaimRow = row_class("claim")
HypothesisRow = row_class("hypothesis")
MarkRow = row_class("mark")
PolicyRow = row_class("policy")
AddresseeRow = row_class("addressee")
PolicyCaseRow = row_class("policy_case")
RulePackRow = row_class("rule_pack")
RetractionRow = row_class("retraction")
SiteRow = row_class("site")
SiteAnswerRow = row_class("site_answer")
SiteServiceRow = row_class("site_service")
SiteDemandRow = row_class("site_demand")
NetworkNodeRow = row_class("network_node")
NetworkLinkRow = row_class("network_link")
NetworkDemandRow = row_class("network_demand")
NetworkOwnLinkRow = row_class("network_own_link")
NetworkCostRow = row_class("network_cost")
MarketShareRow = row_class("market_share")
DeploymentRow = row_class("deployment")
CarrierShareRow = row_class("carrier_share")
ProcurementRow = row_class("procurement")
CostRow = row_class("cost")
InteropRow = row_class("interop")
ElementCountRow = row_class("element_count")
SwapOptionRow = row_class("swap_option")
PriceIndexRow = row_class("price_index")
ExchangeRateRow = row_class("exchange_rate")
PlanLimitRow = row_class("plan_limit")
InteropRuleRow = row_class("interop_rule")
PurchaseRow = row_class("purchase")
ChoiceInputRow = row_class("choice_input")
ProgrammeRow = row_class("programme")
ErratumRow = row_class("erratum")
AsTagRow = row_class("as_tag")
VerdictRow = row_class("verdict")
RestVerdictRow = row_class("rest_verdict")
VerdictAssetRow = row_class("verdict_asset")
PolicyRuleRow = row_class("policy_rule")
VendorShareRow = row_class("vendor_share")
VendorEstimateRow = row_class("vendor_estimate")
MeasuredShareRow = row_class("measured_share")
ConcentrationRow = row_class("concentration")
CommonFailureRow = row_class("common_failure")
SiteDependenceRow = row_class("site_dependence")
SiteTrafficRow = row_class("site_traffic")
SiteExposureRow = row_class("site_exposure")
GapRow = row_class("gap")
ExposureRow = row_class("exposure")
RemedyRow = row_class("remedy")
InfluenceRow = row_class("influence")
PathExposureRow = row_class("path_exposure")
RouteScenarioRow = row_class("route_scenario")
RouteComparisonRow = row_class("route_comparison")
TransitRow = row_class("transit")
ReceiptRow = row_class("receipt")
InsideElementRow = row_class("inside_element")
InsideExposureRow = row_class("inside_exposure")
InsideFailureRow = row_class("inside_failure")
SteeringRow = row_class("steering")
InsideReplacementRow = row_class("inside_replacement")
InsideMetricRow = row_class("inside_metric")
InsideOwnLinkRow = row_class("inside_own_link")
PlanRow = row_class("plan")
PlanStepRow = row_class("plan_step")
PlanPeriodRow = row_class("plan_period")
PlanUseRow = row_class("plan_use")
PlanFrontierRow = row_class("plan_frontier")
PlanInputRow = row_class("plan_input")
PlanScenarioRow = row_class("plan_scenario")
PlanRegretRow = row_class("plan_regret")
PlanFirstYearRow = row_class("plan_first_year")
PlanFlipRow = row_class("plan_flip")
FundRow = row_class("fund")
ResponseRow = row_class("response")
ResponseCostRow = row_class("response_cost")
ResponseRoundRow = row_class("response_round")
AwardRow = row_class("award")
FundCurveRow = row_class("fund_curve")
FundMechanismRow = row_class("fund_mechanism")
FundInputRow = row_class("fund_input")
FundApproachRow = row_class("fund_approach")
DossierRow = row_class("dossier")
