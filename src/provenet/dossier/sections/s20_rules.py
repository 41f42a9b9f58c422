"""Rows on the rules: each rule, what policies say of each vendor, the parts under each, and criteria in words."""

from datetime import date

from provenet.case.extract import Extract, unread
from provenet.case.rows import PolicyRow, PolicyRuleRow, VendorShareRow, VerdictRow
from provenet.case.tables import words
from provenet.core.answer import TITLES
from provenet.core.ids import names_in
from provenet.core.rule_words import plain_reason, words_of_test
from provenet.dependence.share_rows import part_rows
from provenet.dossier.row_tables import RowKind
from provenet.evidence.verdict_rows import act_name, by_pack, outcome_word, pack_words

TITLE = TITLES["rules"]
SAYS = (
    "Restricted: a rule forbids it or its term has ended. Conditional: allowed under a condition, or until a term "
    "ends. Clear: the policy was applied and does not reach it. Undetermined: a fact that its rules test is not "
    "known. No rule in force: there was none to apply that day. The force of a policy does not change its answer, "
    "and no answer is legal advice."
)
_PARTS = ("restricted", "unknown", "clear")
_PACK = {"the title says it": ("pack",)}


def _verdicts(extract: Extract) -> list[VerdictRow]:
    """The answers of each policy, what is restricted first."""
    order = {word: at for at, word in enumerate(words("outcome"))}
    rows = (row for pack in by_pack(extract) for row in sorted(pack.rows, key=lambda one: order[one["outcome"]]))
    return list(rows)


def _rules(extract: Extract) -> list[PolicyRuleRow]:
    """The rules of the policies that are shown."""
    shown = {pack.pack for pack in by_pack(extract)}
    rows = (row for row in extract.results(PolicyRuleRow) if row["pack"] in shown)
    return sorted(rows, key=lambda row: (row["deadline_on"] or date.max, row["pack"], row["rule_id"]))


def _parts(extract: Extract) -> list[VendorShareRow]:
    """Parts of wholes under policies that had a rule in force; without one nothing is restricted and nothing clear."""
    silent = {pack.pack for pack in by_pack(extract) if not pack.has_rules}
    rows = (row for row in part_rows(extract) if row["pack"] not in silent)

    def place(row: VendorShareRow) -> tuple[object, ...]:
        newest = -(row["as_of_high_on"] or date.min).toordinal()
        whole = row["coverage_share"] <= 0, row["carrier_id"] or "", row["segment"], newest, row["measure"]
        return *whole, row["pack"] or "", row["layer"] or "", _PARTS.index(row["part"] or "clear")

    return sorted(rows, key=place)


def _policies(extract: Extract) -> list[PolicyRow]:
    """Criteria as known: of one read in a text of a later day the words may know of later days."""
    known, here = extract.known or date.max, extract.jurisdictions()
    rows = (row for row in extract.inputs(PolicyRow) if row["jurisdiction"] in here and not unread(row))
    return [row for row in rows if (row["sourced_high_on"] or known) <= known]


LISTINGS = (
    RowKind(
        title="The rules",
        name="policy_rule",
        rows=_rules,
        hidden={**_PACK, "the term says it": ("deadline_on",)},
        by=("pack_title",),
    ),
    RowKind(
        title="What each policy says of each vendor",
        name="verdict",
        rows=_verdicts,
        by=names_in("""
            pack_title outcome rule_id effect remove_by_on reason open_tests if_settled citation issuer force
            rules_in_force first_in_force_on
        """),
        over=names_in("action layer asset_class vendor_id carrier_id"),
        hidden=_PACK,
        words={
            "force": lambda row, e: pack_words(row["pack"], e, "force"),
            "outcome": lambda row, _: outcome_word(row),
            "action": lambda row, _: act_name(row["action"]),
            "reason": lambda row, _: plain_reason(row["reason"]),
            "open_tests": lambda row, _: "; ".join(map(words_of_test, row["open_tests"])),
        },
    ),
    RowKind(
        title="Restricted, unknown and clear under each policy",
        name="vendor_share",
        rows=_parts,
        says="Restricted, unknown and clear make up the whole. Unknown is all that is neither restricted nor clear for "
        "certain: a condition applies, the verdict is undetermined, or the vendor is not known. Shares under different "
        "policies are never added.",
        by=("carrier_id", "measure", "as_of"),
        over=names_in("layer asset_class segment pack"),
        hidden={
            "parts are of no vendor, and of the day of the page": names_in("vendor_ids method newest later_estimate"),
            "the policy says it": ("issuer",),
        },
        words={"pack": lambda row, e: pack_words(row["pack"], e)},
    ),
    RowKind(title="Criteria of the policies, in words", name="policy", rows=_policies),
)
