"""One typed row per table, made by `make rows` from `dictionary.csv`; edit that file, not this one.

A row is a plain dictionary: its class is for the type checker, which refuses a column that the table does not have.
`rows_of(PlanRow, frame)` gives the rows of a frame as `list[PlanRow]`, `iter_rows_of` one after another, and
`row: PlanRow = {...}` or `PlanRow(...)` builds one. Read columns as `row["name"]`: the checker lets any name pass in
`row.get("name")`.

A column that may be null is `T | None`. A column that may be absent from a row that is being built is `NotRequired`:
one that may be null, and those that the reader of a file or the writer of the case adds to every row. A row of a whole
table has every column; a row of a frame that was cut to some columns has those alone, which the type does not say.

Reading costs nothing beyond polars' own rows; importing this module takes 4 ms.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, NotRequired, Protocol, TypedDict, TypeVar, cast

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


class AssumptionStruct(TypedDict):
    """One entry of a column of the type `list of _assumption`."""

    fact: str
    value: str


class SettingStruct(TypedDict):
    """One entry of a column of the type `list of _setting`."""

    amount: NotRequired[float | None]
    assumptions: NotRequired[list[AssumptionStruct] | None]
    count: NotRequired[int | None]
    flag: NotRequired[bool | None]
    name: str
    text: NotRequired[str | None]
    words: NotRequired[list[str] | None]


class InputDigestStruct(TypedDict):
    """One entry of a column of the type `list of _input_digest`."""

    name: str
    digest: str


class AssetFactStruct(TypedDict):
    """One entry of a column of the type `list of _asset_fact`."""

    key: str
    value: str


class TestedFactStruct(TypedDict):
    """One entry of a column of the type `list of _tested_fact`."""

    asserts: list[str]
    decided_by: list[str]
    denies: list[str]
    fact: str
    step: str
    superseded: NotRequired[list[str] | None]
    value: NotRequired[bool | None]


class OriginStruct(TypedDict):
    """One entry of a column of the type `list of _origin`."""

    anonymous: list[str]
    fact: str
    named: list[str]
    stance: str


class FlipClaimStruct(TypedDict):
    """One entry of a column of the type `list of _flip_claim`."""

    change: str
    claim_id: str


FlipStruct = TypedDict(
    "FlipStruct",
    {
        "claims": list[FlipClaimStruct],
        "outcome": str,
        "with": NotRequired[list[str] | None],
    },
)
"""One entry of a column of the type `list of _flip`."""


class DossierFigureStruct(TypedDict):
    """One entry of a column of the type `list of _dossier_figure`."""

    day: NotRequired[str | None]
    figure: NotRequired[str | None]
    question: str
    row_id: NotRequired[str | None]
    says: str


class DossierFileStruct(TypedDict):
    """One entry of a column of the type `list of _dossier_file`."""

    digest: str
    name: str


class InputRow(TypedDict):
    """What a row of any input table has; the reader of a file adds these to the row it reads."""

    source_id: NotRequired[str | None]
    row_id: NotRequired[str]
    file_id: NotRequired[str]
    locator: NotRequired[str]
    reading: NotRequired[str]
    checked_on: NotRequired[date | None]
    note: NotRequired[str | None]
    run_id: NotRequired[str]


class ResultRow(TypedDict):
    """What a row of any result table has."""

    run_id: NotRequired[str]
    formula: str
    inputs: list[str]


class AnswerRow(ResultRow):
    """What a row of a result has that answers for a country on a day."""

    country: str
    as_of_on: date
    known_on: NotRequired[date | None]
    label: str


class RunRow(TypedDict):
    """One run of one verb."""

    run_id: str
    verb: str
    settings: list[SettingStruct]
    inputs: list[InputDigestStruct]
    code: str
    started_at: datetime
    recorded_at: datetime
    row_count: int


class FindingRow(ResultRow):
    """One thing check found."""

    finding_id: str
    kind: str
    severity: str
    place: str
    says: str
    repair: str


class SourceRow(TypedDict):
    """One publication or file."""

    source_id: NotRequired[str]
    title: str
    url: NotRequired[str | None]
    published: NotRequired[str | None]
    published_low_on: NotRequired[date | None]
    published_high_on: NotRequired[date | None]
    kind: str
    kind_by: str
    short_key: NotRequired[str | None]
    licence: NotRequired[str | None]
    row_id: NotRequired[str]
    file_id: NotRequired[str]
    locator: NotRequired[str]
    reading: NotRequired[str]
    checked_on: NotRequired[date | None]
    note: NotRequired[str | None]
    run_id: NotRequired[str]


class PartyRow(InputRow):
    """One vendor or carrier or government or other party."""

    party_id: str
    name: str
    role: str
    role_from_on: NotRequired[date | None]
    role_until_on: NotRequired[date | None]
    country: NotRequired[str | None]
    legal_form: NotRequired[str | None]
    ownership_says: NotRequired[str | None]
    home_law_says: NotRequired[str | None]
    segments: list[str]
    listed_by_says: NotRequired[str | None]
    certification_says: NotRequired[str | None]
    supply_says: NotRequired[str | None]


class IdentifierRow(InputRow):
    """One name or number of a party."""

    party_id: str
    scheme: str
    value: str


class OwnershipRow(InputRow):
    """One stake of one party in another over an interval."""

    owner_id: str
    owned_id: str
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    control: NotRequired[str | None]
    from_on: NotRequired[date | None]
    to_on: NotRequired[date | None]


class ListingRow(InputRow):
    """One entry of one list."""

    list_name: str
    party_id: NotRequired[str | None]
    issuer: NotRequired[str | None]
    entry: NotRequired[str | None]
    product_category: NotRequired[str | None]
    from_on: NotRequired[date | None]
    to_on: NotRequired[date | None]
    whole_on: NotRequired[date | None]


class AbsenceRow(InputRow):
    """One search that found nothing and the days that it covers."""

    sought: str
    party_id: NotRequired[str | None]
    fact: NotRequired[str | None]
    searched_in: str
    from_on: NotRequired[date | None]
    searched_on: date


class SuccessionRow(InputRow):
    """One change of name or merger of parties."""

    predecessor_id: str
    successor_id: str
    how: str
    from_on: NotRequired[date | None]


class RidesOnRow(InputRow):
    """One carrier carried by the network of another."""

    carrier_id: str
    host_id: NotRequired[str | None]
    segment: str
    form: str
    binding: str
    from_text: NotRequired[str | None]
    from_on: NotRequired[date | None]
    to_on: NotRequired[date | None]
    says: str


class OutreachRow(InputRow):
    """One act of persuasion reported or signed."""

    who: str
    to_whom: str
    country: NotRequired[str | None]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    day_kind: NotRequired[str | None]
    about: str
    form: NotRequired[str | None]
    binding: NotRequired[str | None]
    anonymous: NotRequired[str | None]
    claim_id: NotRequired[str | None]


class ClaimRow(InputRow):
    """One claim by one party."""

    claim_id: str
    vendor_ids: list[str]
    topic: str
    speaker: str
    speaker_kind: NotRequired[str | None]
    stance: str
    said: NotRequired[str | None]
    said_low_on: NotRequired[date | None]
    said_high_on: NotRequired[date | None]
    sourced: NotRequired[str | None]
    sourced_high_on: NotRequired[date | None]
    paraphrase: str
    quote: NotRequired[str | None]
    quote_place: NotRequired[str | None]
    answers_claim_id: NotRequired[str | None]
    fact: NotRequired[str | None]
    derived_from: NotRequired[str | None]
    anonymous: NotRequired[str | None]
    confidence_note: NotRequired[str | None]
    reliability: NotRequired[str | None]
    credibility: NotRequired[str | None]


class HypothesisRow(InputRow):
    """One reading of the evidence that an analyst sets beside others."""

    hypothesis_id: str
    vendor_id: NotRequired[str | None]
    fact: NotRequired[str | None]
    says: str


class MarkRow(InputRow):
    """How one claim sits with one reading."""

    hypothesis_id: str
    claim_id: str
    mark: str
    marked_by: NotRequired[str | None]


class PolicyRow(InputRow):
    """One criterion of one policy in words."""

    policy_id: str
    jurisdiction: str
    title: str
    binding: str
    lifecycle: str
    effective: NotRequired[str | None]
    effective_low_on: NotRequired[date | None]
    effective_high_on: NotRequired[date | None]
    deadline: NotRequired[str | None]
    deadline_on: NotRequired[date | None]
    vendor_test: NotRequired[str | None]
    asset_scope: NotRequired[str | None]
    criterion: str
    rule_sketch: NotRequired[str | None]
    threshold: NotRequired[str | None]
    consequence: NotRequired[str | None]
    subject_kind: list[str]
    asset_classes: list[str]
    layer: NotRequired[str | None]
    site_class: list[str]
    action: list[str]
    threshold_counts: NotRequired[str | None]
    exceptions: NotRequired[str | None]
    needed_facts: NotRequired[str | None]
    outcome_if_met: NotRequired[str | None]
    superseded_by: list[str]
    instrument: NotRequired[str | None]
    sourced_high_on: NotRequired[date | None]


class PolicyCaseRow(InputRow):
    """One worked case of one policy."""

    case_id: str
    policy_id: str
    as_of_on: date
    vendor_profile: NotRequired[str | None]
    asset_class: NotRequired[str | None]
    layer: NotRequired[str | None]
    site_class: NotRequired[str | None]
    origin_country: NotRequired[str | None]
    capability: NotRequired[str | None]
    known_facts: NotRequired[str | None]
    expected_outcome: str
    why: NotRequired[str | None]


class RulePackRow(InputRow):
    """One version of one rule pack that the case holds itself."""

    pack: str
    title: str
    issuer: NotRequired[str | None]
    jurisdiction: NotRequired[str | None]
    force: str
    adopted_on: NotRequired[date | None]
    state: str
    reason: NotRequired[str | None]
    supersedes: NotRequired[str | None]


class RetractionRow(InputRow):
    """One input of the case that counts no more or counts again."""

    about: str
    reason: str
    state: str
    from_on: NotRequired[date | None]
    supersedes: NotRequired[str | None]


class SiteRow(InputRow):
    """One sensitive site or one site of a carrier's own network."""

    site_id: str
    name: str
    country: str
    lat_deg: NotRequired[float | None]
    lon_deg: NotRequired[float | None]
    host_city: NotRequired[str | None]
    role: NotRequired[str | None]
    site_class: NotRequired[str | None]
    site_kind: NotRequired[str | None]
    precision_note: NotRequired[str | None]
    carrier_id: NotRequired[str | None]


class SiteAnswerRow(InputRow):
    """One answer of the owner of one sensitive site."""

    answer_id: str
    site_id: str
    country: str
    owner: NotRequired[str | None]
    carrier_ids: list[str]
    own_links: NotRequired[str | None]
    signer: str
    office: NotRequired[str | None]
    answered_on: date


class SiteServiceRow(InputRow):
    """Who serves one site or the forces of one country with what."""

    site_id: NotRequired[str | None]
    scope: str
    country: NotRequired[str | None]
    what: str
    provider: str
    provider_parent: NotRequired[str | None]
    from_text: NotRequired[str | None]
    from_on: NotRequired[date | None]
    until_text: NotRequired[str | None]
    until_on: NotRequired[date | None]
    statement: str
    amount_says: NotRequired[str | None]
    sourced_high_on: NotRequired[date | None]
    source_kind: NotRequired[str | None]


class SiteDemandRow(InputRow):
    """One demand of one site or what one path can take of it."""

    site_id: NotRequired[str | None]
    country: str
    kind: str
    path: NotRequired[str | None]
    choice_count: NotRequired[int | None]
    low_amount: NotRequired[float | None]
    high_amount: NotRequired[float | None]
    amount_unit: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    protection: NotRequired[str | None]
    from_on: NotRequired[date | None]
    until_on: NotRequired[date | None]
    stated_on: NotRequired[date | None]
    sourced_high_on: NotRequired[date | None]
    statement: NotRequired[str | None]


class NetworkNodeRow(InputRow):
    """One node of a carrier's own network."""

    network: str
    carrier_id: str
    country: str
    node: str
    also: NotRequired[list[str] | None]
    lat_deg: NotRequired[float | None]
    lon_deg: NotRequired[float | None]
    observed_on: NotRequired[date | None]


class NetworkLinkRow(InputRow):
    """One link of a carrier's own network."""

    network: str
    carrier_id: str
    country: str
    link: str
    also: NotRequired[list[str] | None]
    source_node: str
    target_node: str
    way: str
    forward_metric: NotRequired[float | None]
    backward_metric: NotRequired[float | None]
    forward_capacity_amount: NotRequired[float | None]
    backward_capacity_amount: NotRequired[float | None]
    capacity_unit: NotRequired[str | None]
    length_km: NotRequired[float | None]
    srlgs: NotRequired[list[str] | None]
    source_port: NotRequired[str | None]
    target_port: NotRequired[str | None]
    evidence: NotRequired[str | None]
    observed_on: NotRequired[date | None]


class NetworkDemandRow(InputRow):
    """Traffic from one node of a carrier's own network to another."""

    network: str
    carrier_id: str
    country: str
    demand: str
    source_node: str
    target_node: str
    volume_amount: float
    volume_unit: NotRequired[str | None]
    sensitive: NotRequired[str | None]
    protection: NotRequired[str | None]
    observed_on: NotRequired[date | None]


class NetworkOwnLinkRow(InputRow):
    """One link of a site's own beside a carrier's network such as a satellite terminal or leased fibre."""

    network: str
    carrier_id: str
    country: str
    own_link: str
    node: str
    ahead_count: NotRequired[int | None]
    low_capacity_amount: NotRequired[float | None]
    high_capacity_amount: NotRequired[float | None]
    capacity_unit: NotRequired[str | None]
    state: NotRequired[str | None]
    observed_on: NotRequired[date | None]


class NetworkCostRow(InputRow):
    """What replacing one node or link of a carrier's own network costs."""

    network: str
    carrier_id: str
    country: str
    element: str
    replaceable: NotRequired[str | None]
    cost_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    observed_on: NotRequired[date | None]


class MarketShareRow(InputRow):
    """One published share of a vendor or a set of vendors."""

    geo: str
    level: str
    carrier_id: NotRequired[str | None]
    segment: str
    asset_class: str
    generation: NotRequired[str | None]
    vendor_ids: list[str]
    complement: bool
    vendors_says: str
    percent: NotRequired[str | None]
    qualifier: NotRequired[str | None]
    low_share: float
    high_share: float
    low_open: bool
    high_open: bool
    measure: str
    measure_kind: str
    as_of: str
    as_of_low_on: NotRequired[date | None]
    as_of_high_on: NotRequired[date | None]
    forecast: bool
    sourced_high_on: NotRequired[date | None]


class DeploymentRow(InputRow):
    """One vendor named at one carrier in one segment or one count."""

    carrier_id: NotRequired[str | None]
    country: str
    segment: str
    asset_class: NotRequired[str | None]
    generation: NotRequired[str | None]
    vendor_ids: list[str]
    complement: bool
    presence: str
    role: str
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]


class CarrierShareRow(InputRow):
    """One published share of a carrier."""

    carrier_id: str
    country: str
    measure: str
    measure_kind: str
    percent: NotRequired[str | None]
    low_share: float
    high_share: float
    as_of: str
    as_of_low_on: NotRequired[date | None]
    as_of_high_on: NotRequired[date | None]


class ProcurementRow(InputRow):
    """One award or auction payment or veto or contract."""

    carrier_id: NotRequired[str | None]
    country: str
    segment: str
    vendor_ids: list[str]
    event: str
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    value_amount: NotRequired[float | None]
    currency: NotRequired[str | None]


class CostRow(InputRow):
    """One estimate of a cost."""

    item: str
    geo: str
    low_amount: NotRequired[float | None]
    high_amount: NotRequired[float | None]
    currency: str
    basis: NotRequired[str | None]
    year: NotRequired[str | None]
    year_low_on: NotRequired[date | None]
    year_high_on: NotRequired[date | None]
    estimator: NotRequired[str | None]
    method_says: NotRequired[str | None]
    sourced_high_on: NotRequired[date | None]


class InteropRow(InputRow):
    """One statement on interworking."""

    fact_id: str
    fact_says: str
    who: NotRequired[str | None]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]


class ElementCountRow(InputRow):
    """One count of elements of one carrier."""

    count_id: str
    carrier_id: str
    country: str
    region: NotRequired[str | None]
    asset_class: str
    layer: NotRequired[str | None]
    generation: NotRequired[str | None]
    site_class: NotRequired[str | None]
    vendor_id: NotRequired[str | None]
    unit_says: str
    low_count: float
    mid_count: NotRequired[float | None]
    high_count: float
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    renewal_on: NotRequired[date | None]
    basis: str
    says: NotRequired[str | None]


class SwapOptionRow(InputRow):
    """One way of swapping elements and one estimate of its price."""

    option_id: str
    country: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    asset_class: str
    layer: NotRequired[str | None]
    generation: NotRequired[str | None]
    from_vendor_id: NotRequired[str | None]
    to_vendor_id: NotRequired[str | None]
    action: str
    unit_says: str
    low_amount: NotRequired[float | None]
    mid_amount: NotRequired[float | None]
    high_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    low_crew_weeks: NotRequired[float | None]
    mid_crew_weeks: NotRequired[float | None]
    high_crew_weeks: NotRequired[float | None]
    outage_hours: NotRequired[float | None]
    lead_time_weeks: NotRequired[float | None]
    work_weeks: NotRequired[float | None]
    salvage_share: NotRequired[float | None]
    life_years: NotRequired[float | None]
    left_share: NotRequired[float | None]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    basis: str
    estimator: NotRequired[str | None]
    sponsor: NotRequired[str | None]
    scope: NotRequired[str | None]


class PriceIndexRow(InputRow):
    """The level of prices in one currency and year."""

    series: str
    currency: str
    year: str
    published_on: NotRequired[date | None]
    low_index_amount: float
    index_amount: float
    high_index_amount: float
    basis: str
    says: NotRequired[str | None]


class ExchangeRateRow(InputRow):
    """What one currency cost in another in one year."""

    currency: str
    per_currency: str
    year: str
    low_rate_amount: float
    rate_amount: float
    high_rate_amount: float
    basis: str
    says: NotRequired[str | None]


class PlanLimitRow(InputRow):
    """One limit that a plan keeps."""

    limit_id: str
    kind: str
    country: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    region: NotRequired[str | None]
    vendor_id: NotRequired[str | None]
    asset_class: NotRequired[str | None]
    money_source: NotRequired[str | None]
    from_on: NotRequired[date | None]
    to_on: NotRequired[date | None]
    low_amount: NotRequired[float | None]
    limit_amount: float
    high_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    payout_share: NotRequired[float | None]
    carry_over: NotRequired[bool | None]
    basis: str
    says: NotRequired[str | None]


class InteropRuleRow(InputRow):
    """One rule of order or company of swaps with who speaks for and against it."""

    rule_id: str
    kind: str
    asset_class: str
    other_class: NotRequired[str | None]
    applied: bool
    says: str
    for_fact_ids: list[str]
    against_fact_ids: list[str]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    basis: str


class PurchaseRow(InputRow):
    """One purchase of equipment that a carrier is about to make."""

    purchase_id: str
    carrier_id: str
    country: str
    segment: str
    asset_class: str
    generation: NotRequired[str | None]
    unit_says: str
    low_count: NotRequired[float | None]
    mid_count: NotRequired[float | None]
    high_count: NotRequired[float | None]
    low_signed_on: date
    mid_signed_on: NotRequired[date | None]
    high_signed_on: date
    life_years: float
    low_part_share: NotRequired[float | None]
    high_part_share: NotRequired[float | None]
    anchor_vendor_id: NotRequired[str | None]
    vendor_ids: NotRequired[list[str] | None]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    basis: str
    says: NotRequired[str | None]


class ChoiceInputRow(InputRow):
    """One figure that a choice of vendor rests on and one estimate of it."""

    choice_input_id: str
    name: str
    country: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    asset_class: NotRequired[str | None]
    generation: NotRequired[str | None]
    vendor_id: NotRequired[str | None]
    low_amount: float
    mid_amount: NotRequired[float | None]
    high_amount: float
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    basis: str
    estimator: NotRequired[str | None]
    sponsor: NotRequired[str | None]
    scope: NotRequired[str | None]
    says: NotRequired[str | None]


class ProgrammeRow(InputRow):
    """One programme of aid with its budget and condition."""

    programme_id: str
    title: str
    giver: str
    country: NotRequired[str | None]
    jurisdiction: NotRequired[str | None]
    recipient: str
    low_budget_amount: NotRequired[float | None]
    mid_budget_amount: NotRequired[float | None]
    high_budget_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    mechanism: NotRequired[str | None]
    vendor_ids: NotRequired[list[str] | None]
    condition_says: NotRequired[str | None]
    from_on: NotRequired[date | None]
    to_on: NotRequired[date | None]
    day: NotRequired[str | None]
    day_low_on: NotRequired[date | None]
    day_high_on: NotRequired[date | None]
    basis: str
    says: NotRequired[str | None]


class ErratumRow(InputRow):
    """One correction of one dossier."""

    erratum_id: str
    country: NotRequired[str | None]
    dossier: str
    wrong: str
    correction: str
    corrected_on: date


class AsTagRow(InputRow):
    """One tag of one network."""

    asn: str
    tag: str
    name: NotRequired[str | None]
    observed_on: NotRequired[date | None]


class HopRow(InputRow):
    """One answer or silence on one measured path."""

    trace_id: str
    ttl_count: int
    address: NotRequired[str | None]
    rtt_ms: NotRequired[float | None]
    flags: list[str]


class VerdictRow(ResultRow):
    """What one policy says of one vendor and asset class on one day."""

    verdict_id: str
    pack: str
    pack_title: str
    issuer: str
    force: str
    country: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    vendor_id: str
    asset_class: str
    layer: str
    action: str
    origin_country: NotRequired[str | None]
    capability: NotRequired[str | None]
    site_class: NotRequired[str | None]
    product_category: NotRequired[str | None]
    asset_facts: NotRequired[list[AssetFactStruct] | None]
    tested: NotRequired[list[str] | None]
    asset_count: NotRequired[int | None]
    unit_count: NotRequired[int | None]
    assumed: list[AssumptionStruct]
    as_of_on: date
    known_on: NotRequired[date | None]
    outcome: str
    rules_in_force: int
    rule_id: NotRequired[str | None]
    effect: NotRequired[str | None]
    remove_by_on: NotRequired[date | None]
    citation: NotRequired[str | None]
    reason: str
    open_tests: list[str]
    if_settled: list[str]
    disputed: bool
    hangs_on_disputed: bool
    facts: list[TestedFactStruct]
    claims_for: list[str]
    claims_against: list[str]
    first_in_force_on: NotRequired[date | None]
    binds: NotRequired[bool | None]
    origins: NotRequired[list[OriginStruct] | None]
    flip_sets: NotRequired[list[FlipStruct] | None]
    relays: NotRequired[str | None]


class VerdictAssetRow(ResultRow):
    """What one policy says of one element of an inventory on one day."""

    verdict_asset_id: str
    asset_id: str
    pack: str
    country: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    site_id: NotRequired[str | None]
    vendor_id: NotRequired[str | None]
    asset_class: str
    layer: NotRequired[str | None]
    model: NotRequired[str | None]
    part_of: NotRequired[str | None]
    unit_count: int
    action: str
    outcome: NotRequired[str | None]
    rule_id: NotRequired[str | None]
    remove_by_on: NotRequired[date | None]
    verdict_id: NotRequired[str | None]
    as_of_on: date
    known_on: NotRequired[date | None]


class RestVerdictRow(ResultRow):
    """What one policy says of every vendor that its rules do not name."""

    rest_id: str
    pack: str
    country: NotRequired[str | None]
    carrier_id: NotRequired[str | None]
    asset_class: str
    layer: str
    action: str
    assumed: list[AssumptionStruct]
    as_of_on: date
    known_on: NotRequired[date | None]
    outcome: str
    named_ids: list[str]
    reason: str


class PolicyRuleRow(ResultRow):
    """When one rule of one policy of a country begins and when its term ends."""

    policy_rule_id: str
    pack: str
    pack_title: str
    force: str
    jurisdiction: str
    country: str
    rule_id: str
    policy_id: NotRequired[str | None]
    says: str
    effect: str
    asset_classes: list[str]
    effective: NotRequired[str | None]
    effective_low_on: NotRequired[date | None]
    effective_high_on: NotRequired[date | None]
    deadline: NotRequired[str | None]
    deadline_on: NotRequired[date | None]
    citation: NotRequired[str | None]
    as_of_on: date
    known_on: NotRequired[date | None]


class VendorShareRow(AnswerRow):
    """One share of vendors or one part under a policy as an interval."""

    share_id: str
    carrier_id: NotRequired[str | None]
    asset_class: str
    segment: str
    vendor_ids: list[str]
    complement: bool
    part: NotRequired[str | None]
    pack: NotRequired[str | None]
    issuer: NotRequired[str | None]
    unknown_because: NotRequired[str | None]
    measure: str
    measure_kind: str
    low_share: float
    high_share: float
    low_open: bool
    high_open: bool
    coverage_share: float
    as_of: str
    as_of_low_on: NotRequired[date | None]
    as_of_high_on: NotRequired[date | None]
    method: str
    newest: NotRequired[bool | None]
    later_estimate: bool
    to_be_checked: bool
    measure_short: NotRequired[str | None]
    layer: NotRequired[str | None]


class VendorEstimateRow(ResultRow):
    """Who made one router that answered by all that it shows."""

    estimate_id: str
    router_id: str
    addresses: list[str]
    country: NotRequired[str | None]
    asn: NotRequired[str | None]
    vendor_id: NotRequired[str | None]
    likeliest_id: NotRequired[str | None]
    p_correct_share: NotRequired[float | None]
    calibrated: bool
    method: str
    evidence: NotRequired[str | None]
    unknown_because: NotRequired[str | None]
    seen_low_on: NotRequired[date | None]
    seen_high_on: NotRequired[date | None]
    as_of_on: date
    known_on: NotRequired[date | None]


class MeasuredShareRow(AnswerRow):
    """One share of vendors or one part under a policy among routers that were measured."""

    measured_share_id: str
    level: str
    carrier_id: NotRequired[str | None]
    audience: str
    asset_class: str
    segment: str
    measured_of: str
    vendor_ids: list[str]
    part: NotRequired[str | None]
    pack: NotRequired[str | None]
    issuer: NotRequired[str | None]
    layer: NotRequired[str | None]
    unknown_because: NotRequired[str | None]
    period: str
    seen_low_on: NotRequired[date | None]
    seen_high_on: NotRequired[date | None]
    kinds: list[str]
    router_count: NotRequired[int | None]
    seen_count: int
    identified_count: int
    answered_count: int
    network_count: NotRequired[int | None]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    low_seen_share: NotRequired[float | None]
    high_seen_share: NotRequired[float | None]
    low_unanswered_share: NotRequired[float | None]
    high_unanswered_share: NotRequired[float | None]
    low_assumed_share: NotRequired[float | None]
    high_assumed_share: NotRequired[float | None]
    low_corrected_share: NotRequired[float | None]
    high_corrected_share: NotRequired[float | None]
    corrected_unknown_because: NotRequired[str | None]
    coverage_share: NotRequired[float | None]
    day_count: NotRequired[int | None]
    moved_count: NotRequired[int | None]
    low_daily_share: NotRequired[float | None]
    high_daily_share: NotRequired[float | None]
    measure: str
    unseen_says: str
    assumed: list[str]


class ConcentrationRow(AnswerRow):
    """How concentrated the vendors of one whole are as an interval."""

    concentration_id: str
    place: str
    carrier_id: NotRequired[str | None]
    asset_class: str
    segment: str
    vendor_ids: list[str]
    measure: str
    measure_kind: str
    low_hhi_points: float
    high_hhi_points: float
    figure_count: int
    coverage_share: float
    as_of: str
    as_of_low_on: NotRequired[date | None]
    as_of_high_on: NotRequired[date | None]
    newest: bool
    later_estimate: bool
    to_be_checked: bool


class CommonFailureRow(AnswerRow):
    """What fails together with one vendor."""

    failure_id: str
    vendor_id: str
    asset_class: str
    measure: str
    measure_kind: str
    low_share: float
    high_share: float
    carrier_ids: list[str]
    to_be_checked: NotRequired[bool | None]
    measure_short: NotRequired[str | None]
    coverage_share: NotRequired[float | None]


class SiteDependenceRow(AnswerRow):
    """How dependent the carriers are that may serve one site."""

    dependence_id: str
    site_id: str
    carrier_id: NotRequired[str | None]
    asset_class: str
    vendor_ids: list[str]
    measure: str
    low_share: float
    high_share: float
    scenario: NotRequired[str | None]
    harm: str
    to_be_checked: NotRequired[bool | None]
    measure_short: NotRequired[str | None]
    known_carrier_count: NotRequired[int | None]
    asked_carrier_count: NotRequired[int | None]


class SiteTrafficRow(AnswerRow):
    """What part of one demand of one site rides one kind of network."""

    site_traffic_id: str
    site_id: NotRequired[str | None]
    demand: str
    network: str
    own_failed: str
    low_share: float
    high_share: float
    carrier_ids: list[str]
    is_stated: bool
    assumed: list[str]


class SiteExposureRow(AnswerRow):
    """What part of one demand of one site meets restricted equipment under one policy."""

    site_exposure_id: str
    site_id: NotRequired[str | None]
    demand: str
    network: str
    own_failed: str
    pack: NotRequired[str | None]
    issuer: NotRequired[str | None]
    restricted_says: NotRequired[str | None]
    harm: str
    restricted_share: float
    unknown_share: float
    clear_share: float
    low_share: float
    high_share: float
    low_spread_share: float
    high_spread_share: float
    carrier_ids: list[str]
    protection: NotRequired[str | None]
    to_be_checked: bool
    assumed: list[str]


class GapRow(AnswerRow):
    """One thing not known that widens one share and how much of its width an answer can take off."""

    gap_id: str
    figure_id: str
    carrier_id: NotRequired[str | None]
    asset_class: str
    segment: str
    pack: NotRequired[str | None]
    kind: str
    ask: str
    ask_id: NotRequired[str | None]
    width_share: float
    left_share: float
    measure: str
    to_be_checked: bool


class ExposureRow(AnswerRow):
    """What share of the routes of one network or tag crosses restricted networks and how it can be avoided."""

    exposure_id: str
    level: str
    asn: NotRequired[str | None]
    network_name: NotRequired[str | None]
    party_id: NotRequired[str | None]
    role: str
    tags: list[str]
    destination: NotRequired[str | None]
    destination_count: NotRequired[int | None]
    restricted_says: str
    restricted_count: int
    pack: NotRequired[str | None]
    issuer: NotRequired[str | None]
    stated_count: NotRequired[int | None]
    network_count: int
    absent_count: int
    pair_count: int
    no_route_count: int
    customer_count: int
    peer_count: int
    provider_count: int
    rung_0_count: NotRequired[int | None]
    rung_1_alone_count: NotRequired[int | None]
    rung_1_other_count: NotRequired[int | None]
    rung_2_count: NotRequired[int | None]
    rung_3_count: NotRequired[int | None]
    rung_none_count: NotRequired[int | None]
    none_inside_count: NotRequired[int | None]
    none_source_inside_count: NotRequired[int | None]
    none_blocked_count: NotRequired[int | None]
    lucky_0_count: NotRequired[int | None]
    lucky_1_count: NotRequired[int | None]
    lucky_2_count: NotRequired[int | None]
    lucky_3_count: NotRequired[int | None]
    lucky_none_count: NotRequired[int | None]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    expected_share: NotRequired[float | None]
    reverse_low_share: NotRequired[float | None]
    reverse_high_share: NotRequired[float | None]
    either_low_share: NotRequired[float | None]
    either_high_share: NotRequired[float | None]
    measure: str
    harm: str
    unseen_says: str
    ends_says: str
    assumed: list[str]
    graph_on: NotRequired[date | None]
    graph_says: str
    receipt_id: NotRequired[str | None]


class RemedyRow(AnswerRow):
    """One network that would have to choose differently or one set whose loss leaves no clear route."""

    remedy_id: str
    kind: str
    tag: str
    audience: str
    asn: NotRequired[str | None]
    network_name: NotRequired[str | None]
    network_count: int
    asked_pair_count: NotRequired[int | None]
    open_pair_count: NotRequired[int | None]
    pair_count: NotRequired[int | None]
    source_asn: NotRequired[str | None]
    destination_asn: NotRequired[str | None]
    state: NotRequired[str | None]
    low_count: NotRequired[int | None]
    high_count: NotRequired[int | None]
    members: NotRequired[list[str] | None]
    proof: NotRequired[str | None]
    sample_says: str
    restricted_says: str
    receipt_id: NotRequired[str | None]


class InfluenceRow(AnswerRow):
    """What share of a country is reached over one network."""

    influence_id: str
    asn: str
    network_name: NotRequired[str | None]
    network_country: NotRequired[str | None]
    party_id: NotRequired[str | None]
    hegemony_share: float
    measure: str
    weights_says: str
    vantage_says: str
    vantage_count: int
    blind_count: int
    network_count: int
    found_share: NotRequired[float | None]
    assumed: list[str]
    graph_on: NotRequired[date | None]
    graph_says: str
    receipt_id: NotRequired[str | None]


class PathExposureRow(AnswerRow):
    """How many measured paths cross equipment of some vendors and how sure that is."""

    path_exposure_id: str
    target_country: NotRequired[str | None]
    audience: str
    vendor_ids: list[str]
    restricted_says: str
    pack: NotRequired[str | None]
    issuer: NotRequired[str | None]
    trace_count: int
    on_hop_count: int
    in_network_count: int
    beyond_ends_count: int
    unknown_count: int
    clear_count: int
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    low_sure_share: NotRequired[float | None]
    high_sure_share: NotRequired[float | None]
    low_network_share: NotRequired[float | None]
    high_network_share: NotRequired[float | None]
    silent_trace_count: int
    unreached_trace_count: int
    looped_trace_count: int
    unidentified_trace_count: int
    unmapped_trace_count: int
    hop_count: int
    silent_count: int
    identified_count: int
    exchange_count: int
    unmapped_count: int
    traced_low_on: NotRequired[date | None]
    traced_high_on: NotRequired[date | None]
    seen_low_on: NotRequired[date | None]
    seen_high_on: NotRequired[date | None]
    origins_on: NotRequired[date | None]
    exchanges_on: NotRequired[date | None]
    measure: str
    harm: str
    unseen_says: str
    ends_says: str
    assumed: list[str]


class RouteScenarioRow(AnswerRow):
    """What one scenario takes from the routes of one set of networks and what they newly cross."""

    route_scenario_id: str
    scenario: str
    changes: list[str]
    extent: str
    audience: str
    tag: str
    role: str
    network_count: int
    removed_count: int
    cut_count: int
    missing: NotRequired[list[str] | None]
    capacity_says: NotRequired[str | None]
    pair_count: int
    routed_count: int
    low_lost_count: int
    high_lost_count: int
    gained_count: int
    low_new_count: int
    high_new_count: int
    low_clear_count: int
    high_clear_count: int
    before_low_share: NotRequired[float | None]
    before_high_share: NotRequired[float | None]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    measure: str
    harm: str
    unseen_says: str
    restricted_says: str
    assumed: list[str]
    graph_on: NotRequired[date | None]
    graph_says: str


class RouteComparisonRow(AnswerRow):
    """How the modelled routes of one set of networks compare with others and what both cross."""

    route_comparison_id: str
    level: str
    role: NotRequired[str | None]
    tag: NotRequired[str | None]
    against: str
    direction: str
    reading: str
    destination: str
    audience: str
    source_count: int
    destination_count: int
    path_count: int
    direct_count: int
    unknown_link_count: NotRequired[int | None]
    valley_count: NotRequired[int | None]
    no_route_count: int
    class_count: int
    next_hop_count: int
    length_count: int
    whole_count: NotRequired[int | None]
    class_share: NotRequired[float | None]
    next_hop_share: NotRequired[float | None]
    length_share: NotRequired[float | None]
    whole_share: NotRequired[float | None]
    pair_count: int
    routed_pair_count: int
    low_other_count: int
    high_other_count: int
    low_modelled_count: int
    high_modelled_count: int
    low_other_share: NotRequired[float | None]
    high_other_share: NotRequired[float | None]
    low_modelled_share: NotRequired[float | None]
    high_modelled_share: NotRequired[float | None]
    outside_count: NotRequired[int | None]
    restricted_says: str
    restricted_count: int
    measure: str
    harm: str
    unseen_says: str
    ends_says: str
    assumed: list[str]
    other_on: NotRequired[date | None]
    other_says: str
    graph_on: NotRequired[date | None]
    graph_says: str


class TransitRow(AnswerRow):
    """How many routes of a country's networks pass one network or the networks of one country."""

    transit_id: str
    role: str
    destination: str
    level: str
    asn: NotRequired[str | None]
    network_name: NotRequired[str | None]
    network_country: NotRequired[str | None]
    rank_count: NotRequired[int | None]
    audience: str
    network_count: int
    destination_count: int
    pair_count: int
    low_count: int
    conventional_count: int
    high_count: int
    low_share: NotRequired[float | None]
    conventional_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    measure: str
    harm: str
    unseen_says: str
    ends_says: str
    assumed: list[str]
    graph_on: NotRequired[date | None]
    graph_says: str
    receipt_id: NotRequired[str | None]


class ReceiptRow(ResultRow):
    """How rows that ship with the product were made and how to make them again."""

    receipt_id: str
    country: NotRequired[str | None]
    graph_name: str
    graph_digest: str
    graph_on: NotRequired[date | None]
    graph_citation: str
    terms_says: str
    lists: list[str]
    lists_says: str
    command: str
    code: str
    recorded_on: date
    as_of_on: date
    known_on: NotRequired[date | None]
    label: str


class InsideElementRow(AnswerRow):
    """Whether one node or link of a carrier's own network is restricted under one policy."""

    inside_element_id: str
    carrier_id: str
    network: str
    pack: str
    kind: str
    element: str
    state: str
    unknown_because: NotRequired[str | None]
    asset_count: int
    remove_by_on: NotRequired[date | None]


class InsideExposureRow(AnswerRow):
    """What share of the traffic inside a carrier's own network meets restricted equipment."""

    inside_exposure_id: str
    carrier_id: str
    network: str
    pack: str
    level: str
    demands: str
    demand: NotRequired[str | None]
    source_node: NotRequired[str | None]
    target_node: NotRequired[str | None]
    sensitive: NotRequired[str | None]
    protection: NotRequired[str | None]
    demand_count: int
    volume_amount: float
    volume_unit: NotRequired[str | None]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    disconnected_share: NotRequired[float | None]
    failures: str
    scenario_count: int
    worst_low_share: NotRequired[float | None]
    worst_high_share: NotRequired[float | None]
    worst_failure: NotRequired[str | None]
    mean_low_share: NotRequired[float | None]
    mean_high_share: NotRequired[float | None]
    p99_low_share: NotRequired[float | None]
    p99_high_share: NotRequired[float | None]
    latent_share: NotRequired[float | None]
    latent_failure: NotRequired[str | None]
    latent_count: NotRequired[int | None]
    routed_by: str
    demands_says: str
    measure: str
    harm: list[str]
    unseen_says: str
    assumed: list[str]


class InsideFailureRow(AnswerRow):
    """What one failure changes of the exposure inside a carrier's own network."""

    inside_failure_id: str
    carrier_id: str
    network: str
    pack: str
    kind: str
    failure: str
    failed: list[str]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    disconnected_share: float
    latent_share: float
    because: str


class SteeringRow(AnswerRow):
    """What traffic can be steered onto clear paths with the equipment of today."""

    steering_id: str
    carrier_id: str
    network: str
    pack: str
    level: str
    demand: NotRequired[str | None]
    source_node: NotRequired[str | None]
    target_node: NotRequired[str | None]
    volume_amount: float
    volume_unit: NotRequired[str | None]
    today_share: NotRequired[float | None]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    room: str
    nodes: NotRequired[list[str] | None]
    links: NotRequired[list[str] | None]
    segments: NotRequired[list[str] | None]
    path_count: int
    proof: str
    assumed: list[str]


class InsideReplacementRow(AnswerRow):
    """One set of elements whose replacement clears traffic inside a carrier's own network."""

    inside_replacement_id: str
    carrier_id: str
    network: str
    pack: str
    kind: str
    element_count: int
    elements: list[str]
    clear_share: NotRequired[float | None]
    bound_share: NotRequired[float | None]
    least_count: NotRequired[int | None]
    open_count: NotRequired[int | None]
    closed_count: NotRequired[int | None]
    proof: str
    demands: str
    unknown_as: str
    exposed_share: NotRequired[float | None]
    cost_amount: NotRequired[float | None]
    cost_unit: str
    price_year: NotRequired[str | None]
    budget_amount: NotRequired[float | None]
    least_amount: NotRequired[float | None]
    parted_count: NotRequired[int | None]
    assumed: list[str]


class InsideMetricRow(AnswerRow):
    """What metrics of links alone bring inside a carrier's own network."""

    inside_metric_id: str
    carrier_id: str
    network: str
    pack: str
    level: str
    link: NotRequired[str | None]
    source_node: NotRequired[str | None]
    target_node: NotRequired[str | None]
    old_metric: NotRequired[float | None]
    new_metric: NotRequired[float | None]
    volume_amount: NotRequired[float | None]
    volume_unit: NotRequired[str | None]
    today_share: NotRequired[float | None]
    low_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    room: str
    change_count: int
    tried_count: NotRequired[int | None]
    assumed: list[str]


class InsideOwnLinkRow(AnswerRow):
    """What spills from the own links of one site and what is exposed in all."""

    inside_own_link_id: str
    carrier_id: str
    network: str
    pack: str
    node: str
    direction: str
    own_links: list[str]
    states: list[str]
    volume_amount: NotRequired[float | None]
    volume_unit: NotRequired[str | None]
    spilled_low_share: float
    spilled_high_share: float
    network_low_share: float
    network_high_share: float
    low_share: float
    high_share: float
    assumed: list[str]


class PlanRow(AnswerRow):
    """One plan of what is swapped when in one country."""

    plan_id: str
    objective: str
    weight_kind: NotRequired[str | None]
    scenario: bool
    scenario_says: NotRequired[str | None]
    packs: list[str]
    policy_says: str
    only: NotRequired[list[str] | None]
    assumed_facts: list[AssumptionStruct]
    status: str
    proof: str
    objective_amount: NotRequired[float | None]
    bound_amount: NotRequired[float | None]
    gap_share: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    low_cost_amount: NotRequired[float | None]
    mid_cost_amount: NotRequired[float | None]
    high_cost_amount: NotRequired[float | None]
    low_gross_cost_amount: NotRequired[float | None]
    gross_cost_amount: NotRequired[float | None]
    high_gross_cost_amount: NotRequired[float | None]
    sourced_gross_cost_amount: NotRequired[float | None]
    assumed_gross_cost_amount: NotRequired[float | None]
    present_cost_amount: NotRequired[float | None]
    discount_share: float
    budget_amount: NotRequired[float | None]
    first_on: date
    by_on: date
    period_count: int
    period_says: str
    lot_count: int
    swapped_count: int
    unpriced_count: int
    element_count: NotRequired[float | None]
    low_before_share: NotRequired[float | None]
    mid_before_share: NotRequired[float | None]
    high_before_share: NotRequired[float | None]
    low_after_share: NotRequired[float | None]
    mid_after_share: NotRequired[float | None]
    high_after_share: NotRequired[float | None]
    low_exposed_years: NotRequired[float | None]
    mid_exposed_years: NotRequired[float | None]
    high_exposed_years: NotRequired[float | None]
    clear_on: NotRequired[date | None]
    headline: str
    unanswered: list[str]
    clash: list[str]
    relief: list[str]
    binding: list[str]
    assumed: list[str]
    input_count: int
    assumed_count: int
    assumed_share: NotRequired[float | None]
    instance_id: NotRequired[str | None]
    schedule_id: NotRequired[str | None]


class PlanStepRow(ResultRow):
    """One lot of a plan and when it is swapped."""

    step_id: str
    plan_id: str
    country: str
    unit_id: str
    carrier_id: str
    region: NotRequired[str | None]
    asset_class: str
    layer: str
    generation: NotRequired[str | None]
    lot_says: str
    lot_number_count: int
    lots_count: int
    low_element_count: float
    element_count: float
    high_element_count: float
    unit_says: str
    from_vendor_id: str
    to_vendor_id: NotRequired[str | None]
    action: str
    start_period_count: NotRequired[int | None]
    start_on: NotRequired[date | None]
    done_on: NotRequired[date | None]
    latest_on: NotRequired[date | None]
    low_share: NotRequired[float | None]
    mid_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    priced: bool
    low_cost_amount: NotRequired[float | None]
    mid_cost_amount: NotRequired[float | None]
    high_cost_amount: NotRequired[float | None]
    gross_cost_amount: NotRequired[float | None]
    credit_amount: NotRequired[float | None]
    salvage_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    crew_weeks: NotRequired[float | None]
    outage_hours: NotRequired[float | None]
    lead_time_weeks: NotRequired[float | None]
    renewal_on: NotRequired[date | None]
    option_ids: list[str]
    basis: str
    pack: str
    rule_id: NotRequired[str | None]
    verdict_id: str
    after_units: list[str]
    together_units: list[str]
    fixed: bool
    because: str


class PlanPeriodRow(ResultRow):
    """One period of a plan."""

    period_id: str
    plan_id: str
    country: str
    number_count: int
    period_says: str
    from_on: date
    to_on: date
    low_exposed_share: NotRequired[float | None]
    mid_exposed_share: NotRequired[float | None]
    high_exposed_share: NotRequired[float | None]
    started_count: int
    done_count: int
    left_count: int
    low_spent_amount: NotRequired[float | None]
    mid_spent_amount: NotRequired[float | None]
    high_spent_amount: NotRequired[float | None]
    low_gross_spent_amount: NotRequired[float | None]
    mid_gross_spent_amount: NotRequired[float | None]
    high_gross_spent_amount: NotRequired[float | None]
    sum_spent_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    binding: list[str]


class PlanUseRow(ResultRow):
    """What one limit of a plan brings and what is used of it in one period."""

    use_id: str
    plan_id: str
    country: str
    limit_says: str
    kind: str
    unit_says: str
    resource: str
    number_count: int
    from_on: date
    capacity_amount: float
    used_amount: float
    left_amount: float
    carry_over: bool
    binding: bool
    basis: str


class PlanFrontierRow(ResultRow):
    """One point on the curve between exposure and cost."""

    point_id: str
    plan_id: str
    country: str
    number_count: int
    kind: str
    budget_amount: NotRequired[float | None]
    by_on: date
    status: str
    proof: str
    gap_share: NotRequired[float | None]
    mid_cost_amount: NotRequired[float | None]
    gross_cost_amount: NotRequired[float | None]
    present_cost_amount: NotRequired[float | None]
    mid_exposed_years: NotRequired[float | None]
    clear_on: NotRequired[date | None]
    price_amount: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]


class PlanInputRow(ResultRow):
    """One figure that a plan rests on."""

    input_id: str
    plan_id: str
    country: str
    name: str
    kind: str
    low_amount: NotRequired[float | None]
    mid_amount: NotRequired[float | None]
    high_amount: NotRequired[float | None]
    unit_says: str
    basis: str
    used: bool
    estimator: NotRequired[str | None]
    sponsor: NotRequired[str | None]
    scope: NotRequired[str | None]
    says: str


class PlanScenarioRow(ResultRow):
    """One way things may turn out and how a plan stands in it."""

    scenario_id: str
    plan_id: str
    country: str
    number_count: int
    scenario: str
    kind: str
    says: str
    status: str
    proof: str
    objective_amount: NotRequired[float | None]
    bound_amount: NotRequired[float | None]
    gap_share: NotRequired[float | None]
    fits: NotRequired[bool | None]
    because: NotRequired[str | None]
    regret_amount: NotRequired[float | None]
    regret_share: NotRequired[float | None]
    most_regret_amount: NotRequired[float | None]
    worst_regret_amount: NotRequired[float | None]
    unfit_in: list[str]
    cost_amount: NotRequired[float | None]
    gross_cost_amount: NotRequired[float | None]
    needless_amount: NotRequired[float | None]
    exposed_years: NotRequired[float | None]
    clear_on: NotRequired[date | None]


class PlanRegretRow(ResultRow):
    """The plan of one scenario tried in another."""

    regret_id: str
    plan_id: str
    country: str
    plan_of: str
    tried_in: str
    fits: NotRequired[bool | None]
    because: NotRequired[str | None]
    objective_amount: NotRequired[float | None]
    best_amount: NotRequired[float | None]
    regret_amount: NotRequired[float | None]
    most_regret_amount: NotRequired[float | None]


class PlanFirstYearRow(ResultRow):
    """How much of one block every plan near the best starts in the first year."""

    first_year_id: str
    plan_id: str
    country: str
    carrier_id: str
    region: NotRequired[str | None]
    asset_class: str
    vendor_id: str
    to_on: date
    tolerance_share: float
    lot_count: int
    least_count: int
    planned_count: int
    seen_count: int
    proof: str


class PlanFlipRow(ResultRow):
    """What it changes in money and time and exposure if the verdicts on one vendor fall."""

    flip_id: str
    plan_id: str
    country: str
    vendor_id: str
    disputed: bool
    says: str
    known_after_count: int
    because: NotRequired[str | None]
    planned_cost_amount: NotRequired[float | None]
    planned_needless_amount: NotRequired[float | None]
    planned_exposed_years: NotRequired[float | None]
    planned_clear_on: NotRequired[date | None]
    flipped_cost_amount: NotRequired[float | None]
    flipped_needless_amount: NotRequired[float | None]
    flipped_exposed_years: NotRequired[float | None]
    flipped_clear_on: NotRequired[date | None]
    kept_cost_amount: NotRequired[float | None]
    kept_needless_amount: NotRequired[float | None]
    kept_exposed_years: NotRequired[float | None]
    kept_clear_on: NotRequired[date | None]


class FundRow(AnswerRow):
    """One answer to which aid makes which buyer choose clear in one country."""

    fund_id: str
    countries: list[str]
    objective: str
    weight_kind: NotRequired[str | None]
    mechanism: str
    programme_id: NotRequired[str | None]
    excluded_vendor_ids: list[str]
    condition_says: str
    status: str
    proof: str
    objective_share: NotRequired[float | None]
    bound_share: NotRequired[float | None]
    gap_share: NotRequired[float | None]
    low_before_share: NotRequired[float | None]
    mid_before_share: NotRequired[float | None]
    high_before_share: NotRequired[float | None]
    low_band_before_share: NotRequired[float | None]
    high_band_before_share: NotRequired[float | None]
    low_after_share: NotRequired[float | None]
    mid_after_share: NotRequired[float | None]
    high_after_share: NotRequired[float | None]
    low_band_after_share: NotRequired[float | None]
    high_band_after_share: NotRequired[float | None]
    exposed_share: NotRequired[float | None]
    low_exposed_share: NotRequired[float | None]
    high_exposed_share: NotRequired[float | None]
    p_goal_before_share: NotRequired[float | None]
    p_goal_share: NotRequired[float | None]
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]
    budget_amount: NotRequired[float | None]
    committed_amount: NotRequired[float | None]
    low_paid_amount: NotRequired[float | None]
    mid_paid_amount: NotRequired[float | None]
    high_paid_amount: NotRequired[float | None]
    price_amount: NotRequired[float | None]
    low_need_amount: NotRequired[float | None]
    mid_need_amount: NotRequired[float | None]
    high_need_amount: NotRequired[float | None]
    tipping_amount: NotRequired[float | None]
    purchase_count: int
    scenario_count: int
    seed_count: int
    until_on: date
    headline: str
    unanswered: list[str]
    assumed: list[str]
    input_count: int
    assumed_count: int
    assumed_share: NotRequired[float | None]


class ResponseRow(ResultRow):
    """How likely a carrier is to choose clear under one offer."""

    response_id: str
    fund_id: str
    country: str
    purchase_id: str
    carrier_id: str
    number_count: int
    offer_amount: float
    low_p_clear_share: float
    p_clear_share: float
    high_p_clear_share: float
    paid_amount: float
    currency: str
    price_year: str


class ResponseCostRow(ResultRow):
    """One part of what one vendor costs a carrier over the life of a purchase."""

    cost_id: str
    fund_id: str
    country: str
    purchase_id: str
    carrier_id: str
    vendor_id: str
    excluded: bool
    part: str
    low_amount: float
    mid_amount: float
    high_amount: float
    currency: str
    price_year: str
    says: str


class ResponseRoundRow(ResultRow):
    """One round of best response of one carrier to its peers."""

    round_id: str
    fund_id: str
    country: str
    purchase_id: str
    carrier_id: str
    number_count: int
    least_p_clear_share: float
    greatest_p_clear_share: float
    aided: bool


class AwardRow(ResultRow):
    """What one purchase is awarded and what that changes."""

    award_id: str
    fund_id: str
    country: str
    purchase_id: str
    carrier_id: str
    award_amount: float
    low_need_amount: NotRequired[float | None]
    mid_need_amount: NotRequired[float | None]
    high_need_amount: NotRequired[float | None]
    low_before_p_clear_share: float
    before_p_clear_share: float
    high_before_p_clear_share: float
    low_after_p_clear_share: float
    after_p_clear_share: float
    high_after_p_clear_share: float
    paid_amount: float
    rent_amount: float
    low_weight_share: float
    mid_weight_share: float
    high_weight_share: float
    low_price_gap_amount: NotRequired[float | None]
    mid_price_gap_amount: NotRequired[float | None]
    high_price_gap_amount: NotRequired[float | None]
    later_amount: NotRequired[float | None]
    signed_on: date
    chosen_vendor_ids: list[str]
    chosen_says: NotRequired[str | None]
    chosen_ids: list[str]
    currency: str
    price_year: str
    because: str


class FundCurveRow(ResultRow):
    """One point on a curve over money or days."""

    point_id: str
    fund_id: str
    country: str
    kind: str
    purchase_id: NotRequired[str | None]
    number_count: int
    budget_amount: NotRequired[float | None]
    from_on: NotRequired[date | None]
    low_share: NotRequired[float | None]
    mid_share: NotRequired[float | None]
    high_share: NotRequired[float | None]
    low_amount: NotRequired[float | None]
    mid_amount: NotRequired[float | None]
    high_amount: NotRequired[float | None]
    price_amount: NotRequired[float | None]
    currency: str
    price_year: str


class FundMechanismRow(ResultRow):
    """What one way of giving the same money brings and costs."""

    mechanism_id: str
    fund_id: str
    country: str
    mechanism: str
    number_count: int
    low_clear_share: float
    mid_clear_share: float
    high_clear_share: float
    low_paid_amount: float
    mid_paid_amount: float
    high_paid_amount: float
    low_unit_amount: NotRequired[float | None]
    mid_unit_amount: NotRequired[float | None]
    high_unit_amount: NotRequired[float | None]
    low_band_unit_amount: NotRequired[float | None]
    high_band_unit_amount: NotRequired[float | None]
    low_rent_amount: float
    mid_rent_amount: float
    high_rent_amount: float
    low_default_share: float
    mid_default_share: float
    high_default_share: float
    low_shortfall_share: float
    mid_shortfall_share: float
    high_shortfall_share: float
    late_years: float
    p_goal_share: float
    currency: str
    price_year: str
    says: str


class FundInputRow(ResultRow):
    """One figure that an answer of fund rests on and what it moves."""

    input_id: str
    fund_id: str
    country: str
    name: str
    kind: str
    low_amount: NotRequired[float | None]
    mid_amount: NotRequired[float | None]
    high_amount: NotRequired[float | None]
    unit_says: str
    basis: str
    used: bool
    low_objective_share: NotRequired[float | None]
    high_objective_share: NotRequired[float | None]
    mid_objective_share: NotRequired[float | None]
    estimator: NotRequired[str | None]
    sponsor: NotRequired[str | None]
    scope: NotRequired[str | None]
    says: str


class FundApproachRow(ResultRow):
    """One carrier or government in the order in which a conversation is worth most."""

    approach_id: str
    fund_id: str
    country: str
    carrier_id: NotRequired[str | None]
    number_count: int
    purchase_ids: list[str]
    worth_share: NotRequired[float | None]
    nudge_share: NotRequired[float | None]
    low_dependence_share: NotRequired[float | None]
    mid_dependence_share: NotRequired[float | None]
    high_dependence_share: NotRequired[float | None]
    dependence_says: NotRequired[str | None]
    low_weight_share: NotRequired[float | None]
    mid_weight_share: NotRequired[float | None]
    high_weight_share: NotRequired[float | None]
    signed_on: NotRequired[date | None]
    left_days_count: NotRequired[int | None]
    low_price_gap_amount: NotRequired[float | None]
    mid_price_gap_amount: NotRequired[float | None]
    high_price_gap_amount: NotRequired[float | None]
    p_clear_share: NotRequired[float | None]
    for_claims: list[str]
    against_claims: list[str]
    disputed_count: int
    outreach_ids: list[str]
    programme_ids: list[str]
    says: str
    currency: NotRequired[str | None]
    price_year: NotRequired[str | None]


class DossierRow(ResultRow):
    """One dossier that was written."""

    dossier_id: str
    country: str
    as_of_on: date
    known_on: NotRequired[date | None]
    headline: str
    html_id: str
    pdf_id: NotRequired[str | None]
    annex_id: NotRequired[str | None]
    figures: NotRequired[list[DossierFigureStruct] | None]
    files: NotRequired[list[DossierFileStruct] | None]


def rows_of(row: type[OneRow], frame: Frame) -> list[OneRow]:
    """The rows of a frame of one table, whose class is `row`. Cost O(cells)."""
    return cast(list[OneRow], frame.to_dicts())


def iter_rows_of(row: type[OneRow], frame: Frame) -> Iterator[OneRow]:
    """The rows of a frame of one table, whose class is `row`, one after another."""
    return cast(Iterator[OneRow], frame.iter_rows(named=True))
