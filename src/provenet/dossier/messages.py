"""The sentences of the first page that catalogues hold in other languages; braces are filled with words of the case."""

SETTLE = "{who} can settle whether {fact}, under {policy}: no other single fact leaves as many answers open."
SETTLE_TOGETHER = (
    "{who} can settle these facts together, under {policy}: {fact}. No other facts leave as many answers open."
)
LIST_SITES = (
    "The government can list its sensitive sites and ask each owner which carrier serves it: no site is on record."
)
COUNT_UNITS = (
    "The carriers can state how much equipment of each vendor they use, and its prices: without them no cost of a "
    "change can be worked out."
)
SWAP = "{who} can begin to replace {vendor} in {part} {quarter}, {plan}; net cost {figure} ({year} prices, {basis})."
SWAP_UNPRICED = "{who} can begin to replace {vendor} in {part} {quarter}, {plan}; its cost is not known ({basis})."
OFFER = "A programme of aid can offer {who} {figure} for {what} before it signs, assumed for {day}."
OFFER_UNDATED = "A programme of aid can offer {who} {figure} for {what}, before a day of signing that is not known."
ASK_OWNER = "The owner of each sensitive site can say which carrier serves it: for this one none is on record."
PUBLISH = (
    "The regulator can publish the share of each vendor by carrier and part of the network, which no source on record "
    "gives for every carrier."
)
IN_FORCE = "On {day}, rules of {count} of {total} policies screened for {country} were in force."
NONE_IN_FORCE = (
    "On {day}, no policy on record for {country} had a rule in force: no vendor could be restricted, none found clear."
)
RESTRICT = "They restrict some equipment of {vendors}."
CONDITION = "They set conditions for some equipment of {vendors}."
NO_VENDOR = "They restrict no vendor on the facts on record."
OPEN = "For {vendors} some answers are undetermined, because facts that the rules test are not known."
OPEN_COUNT = "For {count} vendors some answers are undetermined, because facts that the rules test are not known."
TITLE = "The answer on one page"
QUESTIONS = ("How dependent", "How much is restricted", "What fails together", "Sensitive sites", "What a change costs")
NOT_KNOWN = "Not known: no row on record answers it without a check."
OF_PART = "{part}: {vendors}"
RESTRICTED_PART = "{part}: restricted part, under {policy}"
TOGETHER = "{part}: what fails together with {vendors}"
SITE = "A sensitive site whose carrier is not known: {vendors}"
SITE_SERVED = "A sensitive site, served by {carrier}: {vendors}"
COST = "Replacing what the rules reach and a row counts, in cash ({year} prices)"
COST_SCENARIO = "If the scenario became law: replacing what it reaches and a row counts, in cash ({year} prices)"
NO_RULE = "No rule was in force, so nothing had to be replaced."
NOTHING = "Under the rules in force nothing that a row counts has to be replaced."
MEASURE = "Share of: {measure}."
NOTED = "Noted with the sources:"
AS_OF = "Date of the figure: {day}."
COVERAGE = "Coverage: {figure} of the whole."
ASSUMED = "{assumed} of {total} inputs are assumed."
LEFT_FROM = "Nothing counted would be left from {day}."
EVIDENCE = ("robust evidence", "medium evidence", "limited evidence", "no evidence")
AGREEMENT = ("high agreement", "low agreement", "agreement cannot be judged")
CHECK = "to be checked"
DEADLINES = "Next deadlines"
DEADLINE = "{day}, in {days} days, a term ends:"
FIRST_DAY = "{day}, in {days} days, a rule takes effect:"
NO_DEADLINE = "No rule of these jurisdictions on record begins, or names a last day, after this one."
ACTIONS = "What could be done, and by whom"
DISPUTES = "What is disputed"
NO_DISPUTE = "No claim on record has a reply that denies it."
NO_DISPUTE_HERE = (
    "No dispute on record bears on this country: none names it, its carriers or who issued its policies, and none is "
    "about a vendor that they restrict or that a report names in its networks."
)
DENIES = "denies"
ANONYMOUS = "anonymous"
CARRIERS = "Radio networks by carrier: what is published of their vendors"
BARS = (
    "A bar is a carrier's radio network, as thick as the carrier weighs. A part is drawn as a vendor's only as far as "
    "a published share is certain."
)
OTHERS = "other named vendors"
NOT_PUBLISHED = "not published"
NAMED = "a vendor that a policy names"
WHOLE = "The whole dossier, in English"
QUOTED = "Words of sources, laws and rows stand as they are on record, in English."
LEGAL = "Provenet shows who says what; it judges no party, and no result is legal advice."
AS_OF_PAGE = "As of {day}"
AS_OF_AND_KNOWN = "As of and as known on {day}"
AS_OF_KNOWN = "As of {day}, as known on {known}"
PARTS = (
    "RAN",
    "RAN: management",
    "core",
    "core: management",
    "management",
    "management: OSS",
    "transport",
    "transport: management",
    "fixed access",
    "devices",
    "customer equipment (CPE)",
)
TERMS = (
    "as the plan has it",
    "as the plan for the scenario has it",
    "assumed",
    "our arithmetic on sources",
    "from a source",
)
MEASURED_ALONE = "What is known of {country}: measurements alone"
ROUTERS_OF_PROBED = (
    "{answered} routers answered probes from outside ({days}); the vendor of {identified} of those probed is known."
)
ROUTERS_OF_ANSWERED = (
    "{answered} routers answered probes from outside ({days}); the vendor of {identified} of them is known."
)
VENDORS_ANSWERED = "Of those that answered: {vendors}."
ROUTERS_ALONE = "That is evidence of these routers and of no other equipment."
PATHS_CROSS = "Measured paths from {country} ({days}) that cross equipment of a set of vendors: {sets}."
PATHS_OF = "{share} of {count} paths"
WITHHELD_ROUTERS = "Withheld: shares of the routers that answered, as no public page shows a count under five."
WITHHELD_PATHS = "Withheld: shares of measured paths, as no public page shows a count under five."
HELD_NOT = "This case holds {things} there. What it does not hold is not known: nothing follows from its absence."
HELD_NOT_THEN = (
    "On that day it held {things} there. What it does not hold is not known: nothing follows from its absence."
)
DAY_SPAN = "{first} to {last}"
THINGS_NOT_HELD = (
    "no carrier",
    "no published share of a vendor",
    "no sensitive site",
    "no routes of its networks",
    "no plan of replacement or cost of one",
    "no answer on aid",
    "no contract or tender",
)
