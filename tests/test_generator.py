"""The sample company: repeatable, complete, dirty where it says so, whole where it says clean; and the cast parses."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from generator import dirt
from generator.build import BILLING_TABLES, write
from generator.config import LAST_DAY, Settings

CAST = Path(__file__).parent / "cast"

# Columns of the raw contract, required ones first, then after the bar those that may be missing.
CONTRACT = {
    "customers": "customer_id name created_at country industry company_size acquisition_channel"
    " | parent_customer_id email is_test",
    "customer_attributes": "customer_id attribute value valid_from",
    "customer_merges": "from_customer_id into_customer_id merged_at",
    "plans": "plan_id plan_name product_family billing_interval interval_count unit_amount currency"
    " | tier_rank is_free",
    "subscriptions": "subscription_id customer_id status started_at trial_start_at trial_end_at canceled_at ended_at"
    " cancel_reason | cancel_comment is_involuntary",
    "subscription_items": "item_version_id subscription_id plan_id quantity unit_amount discount_percent"
    " discount_amount currency effective_from effective_to | item_id created_at discount_ends_at is_reconstructed",
    "subscription_status_changes": "subscription_id status changed_at",
    "subscription_pauses": "subscription_id paused_at resumed_at",
    "contract_terms": "term_id customer_id subscription_id term_start term_end amount currency renewed_to_term_id"
    " | auto_renew",
    "invoices": "invoice_id customer_id subscription_id status issued_at due_at paid_at currency total_excluding_tax"
    " tax amount_refunded amount_credited | refunded_at",
    "invoice_lines": "invoice_line_id invoice_id subscription_id plan_id kind quantity amount period_start period_end",
    "tickets": "ticket_id customer_id requester_id assignee_id channel severity status created_at created_by"
    " | merged_into_ticket_id is_spam",
    "ticket_messages": "message_id ticket_id author_id author_type is_public sent_at | body",
    "ticket_status_changes": "ticket_id status changed_at",
    "calls": "call_id customer_id agent_id direction queued_at answered_at ended_at hold_seconds wrap_seconds"
    " is_abandoned is_resolved | queue transferred_from_call_id",
    "survey_responses": "response_id survey_type customer_id respondent_id ticket_id scale_min scale_max score comment"
    " channel sent_at responded_at | survey_kind question question_version direction delivered_at",
    "feedback": "feedback_id customer_id channel rating rating_min rating_max text sentiment_label theme received_at",
    "users": "user_id customer_id created_at | is_internal is_bot is_licensed deactivated_at",
    "usage_events": "event_id user_id customer_id event_name feature occurred_at | event_count",
    "sessions": "session_id user_id customer_id started_at ended_at",
    "features": "feature released_at | is_core",
    "entitlements": "customer_id feature entitled_from entitled_to",
    "trials": "trial_id customer_id subscription_id trial_start_at trial_end_at converted_at",
    "journeys": "journey step_rank milestone is_required is_value_moment target_days",
    "milestones": "customer_id milestone reached_at | user_id",
    "first_touches": "customer_id first_interaction_at signed_at",
    "offers": "offer_id customer_id offer_type product_family presented_at responded_at outcome amount currency",
    "referrals": "referral_id referrer_customer_id referred_customer_id referred_at converted_at",
    "costs": "cost_id incurred_at purpose category acquisition_channel amount currency"
    " | customer_id period_start period_end",
    "loyalty_events": "customer_id event_name points occurred_at",
    "orders": "order_id customer_id ordered_at amount currency | is_refunded",
    "outcomes": "outcome_id customer_id outcome_type baseline value unit currency measured_at | is_self_reported",
    "csms": "csm_id name fte team | employed_from employed_to",
    "csm_assignments": "customer_id csm_id assigned_from assigned_to",
    "csm_touches": "touch_id customer_id csm_id kind occurred_at",
    "exchange_rates": "rate_date currency rate_to_reporting",
}
EVERYWHERE = {"updated_at", "loaded_at"}

# Foreign keys: table, column, table it points to, its column.
REFERENCES = [
    *[(table, "customer_id", "customers", "customer_id")
      for table, columns in CONTRACT.items() if " customer_id" in " " + columns and table != "customers"],
    ("customer_merges", "from_customer_id", "customers", "customer_id"),
    ("customer_merges", "into_customer_id", "customers", "customer_id"),
    ("customers", "parent_customer_id", "customers", "customer_id"),
    ("subscription_items", "subscription_id", "subscriptions", "subscription_id"),
    ("subscription_items", "plan_id", "plans", "plan_id"),
    ("subscription_status_changes", "subscription_id", "subscriptions", "subscription_id"),
    ("subscription_pauses", "subscription_id", "subscriptions", "subscription_id"),
    ("contract_terms", "subscription_id", "subscriptions", "subscription_id"),
    ("contract_terms", "renewed_to_term_id", "contract_terms", "term_id"),
    ("invoices", "subscription_id", "subscriptions", "subscription_id"),
    ("invoice_lines", "invoice_id", "invoices", "invoice_id"),
    ("invoice_lines", "plan_id", "plans", "plan_id"),
    ("trials", "subscription_id", "subscriptions", "subscription_id"),
    ("usage_events", "user_id", "users", "user_id"),
    ("usage_events", "feature", "features", "feature"),
    ("sessions", "user_id", "users", "user_id"),
    ("ticket_messages", "ticket_id", "tickets", "ticket_id"),
    ("ticket_status_changes", "ticket_id", "tickets", "ticket_id"),
    ("survey_responses", "ticket_id", "tickets", "ticket_id"),
    ("survey_responses", "respondent_id", "users", "user_id"),
    ("calls", "transferred_from_call_id", "calls", "call_id"),
    ("csm_assignments", "csm_id", "csms", "csm_id"),
    ("csm_touches", "csm_id", "csms", "csm_id"),
    ("referrals", "referrer_customer_id", "customers", "customer_id"),
    ("referrals", "referred_customer_id", "customers", "customer_id"),
]  # fmt: skip


class Company:
    """The files of a company, read back with every value as text."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.con = directory, duckdb.connect()
        for path in sorted(directory.iterdir()):
            source = f"read_csv('{path}', all_varchar = true)" if path.suffix == ".csv" else f"'{path}'"
            self.con.execute(f"create table {path.stem} as select * from {source}")

    def all(self, sql: str) -> list[tuple]:
        """The rows of a query."""
        return self.con.execute(sql).fetchall()

    def one(self, sql: str):
        """The only value of a query."""
        return self.all(sql)[0][0]

    def columns(self, table: str) -> list[str]:
        """A table's columns."""
        return [row[0] for row in self.all(f"describe {table}")]

    def tables(self) -> set[str]:
        """Names of the files."""
        return {path.stem for path in self.directory.iterdir()}


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Company:
    """The default company without dirty rows."""
    directory = tmp_path_factory.mktemp("clean")
    write(Settings(clean=True), directory)
    return Company(directory)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory) -> Company:
    """The default company."""
    directory = tmp_path_factory.mktemp("dirty")
    write(Settings(), directory)
    return Company(directory)


def bytes_of(directory: Path) -> dict[str, bytes]:
    """Contents of the files of a directory."""
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_a_seed_gives_the_same_files_every_time(tmp_path):
    """Two runs with one seed write the same bytes; another seed writes others."""
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write(Settings(customers=60, months=18, seed=seed), tmp_path / name)
    first, again, other = (bytes_of(tmp_path / name) for name in "abc")
    assert first == again
    fixed = {"plans.parquet", "journeys.csv", "features.parquet", "csms.csv"}
    same = {name for name in first if first[name] == other[name]}
    assert same <= fixed


def test_billing_only(tmp_path):
    """`--tables billing` writes the same tables of billing and no others."""
    write(Settings(customers=40, months=12, tables="billing", clean=True), tmp_path)
    assert {path.stem for path in tmp_path.iterdir()} == set(BILLING_TABLES)


def test_small_companies_are_possible(tmp_path):
    """A handful of customers is no error, dirty or not."""
    for clean_only in (True, False):
        assert write(Settings(customers=2, months=4, clean=clean_only), tmp_path)["customers"] >= 2


@pytest.mark.parametrize("kind", ["clean", "dirty"])
def test_tables_and_columns_are_those_of_the_contract(kind, request):
    """Every table is there, with all required columns and none that the contract does not know."""
    company = request.getfixturevalue(kind)
    assert company.tables() == set(CONTRACT)
    for table, columns in CONTRACT.items():
        required, _, optional = columns.partition("|")
        found = set(company.columns(table))
        assert set(required.split()) <= found, table
        assert found <= set(columns.replace("|", " ").split()) | EVERYWHERE, table
        assert company.one(f"select count(*) from {table}") > 0
        assert optional is not None


def test_both_formats_are_exercised(dirty):
    """Some tables are CSV, the rest Parquet."""
    suffixes = [path.suffix for path in dirty.directory.iterdir()]
    assert suffixes.count(".csv") >= 5
    assert suffixes.count(".parquet") >= 15


def test_clean_references_are_whole(clean):
    """Without dirty rows, every id that is given exists."""
    for table, column, target, key in REFERENCES:
        lost = clean.one(
            f"select count(*) from {table} as t where t.{column} is not null "
            f"and t.{column} not in (select {key} from {target})"
        )
        assert lost == 0, (table, column)


def test_clean_keys_are_unique(clean):
    """Without dirty rows, no id comes twice or is missing."""
    for table, key in dirt.IDS.items():
        assert clean.one(f"select count(*) - count(distinct {key}) from {table}") == 0, table


def test_clean_times_are_in_order(clean):
    """No usage before creation, no end before a start, no overlap of versions, no fact after the last day."""
    wrong = [
        "select count(*) from usage_events e join customers c using (customer_id)"
        " where e.occurred_at < c.created_at::timestamptz::timestamp",
        "select count(*) from usage_events e join users u using (user_id)"
        " where e.occurred_at < u.created_at::timestamptz::timestamp",
        "select count(*) from subscriptions s join customers c using (customer_id)"
        " where s.started_at::date < c.created_at::timestamptz::date",
        "select count(*) from users u join customers c using (customer_id)"
        " where u.created_at::timestamptz < c.created_at::timestamptz",
        "select count(*) from subscriptions where ended_at < started_at or canceled_at::timestamp < started_at",
        "select count(*) from subscription_items where effective_to < effective_from or created_at > effective_from",
        "select count(*) from (select effective_from < lag(coalesce(effective_to, '2099-01-01')) over"
        " (partition by item_id order by effective_from) as early from subscription_items) where early",
        "select count(*) from subscription_pauses where resumed_at < paused_at",
        "select count(*) from survey_responses where responded_at < sent_at"
        " or score::int not between scale_min and scale_max",
        "select count(*) from sessions where ended_at < started_at or ended_at > started_at + interval 24 hour",
        "select count(*) from ticket_status_changes s join tickets t using (ticket_id)"
        " where s.changed_at < t.created_at",
        "select count(*) from invoices where paid_at < issued_at or refunded_at < paid_at",
        "select count(*) from csm_assignments where assigned_to < assigned_from",
        f"select count(*) from usage_events where occurred_at::date > '{LAST_DAY}'",
        f"select count(*) from subscriptions where started_at::date > '{LAST_DAY}'",
        f"select count(*) from invoices where issued_at::date > '{LAST_DAY}'",
    ]
    clean.con.execute("set timezone = 'UTC'")
    assert [sql for sql in wrong if clean.one(sql)] == []


def test_clean_invoices_add_up(clean):
    """An invoice's total is the sum of its lines, credit lines taken off whatever their sign."""
    off = clean.one(
        "select count(*) from invoices join (select invoice_id, sum(case kind when 'credit' then -abs(amount) "
        "else amount end) as lines from invoice_lines group by 1) using (invoice_id) where lines <> total_excluding_tax"
    )
    assert off == 0


def test_the_stories_of_billing_are_there(clean):
    """Scheduled ends and versions, lapsed and open pauses, switches of currency and interval, terms."""
    last = f"timestamp '{LAST_DAY} 23:59:59'"
    there = {
        "scheduled end": f"from subscriptions where ended_at > {last}",
        "scheduled version": f"from subscription_items where effective_from > {last} and created_at <= {last}",
        "resumed": "from subscription_pauses where resumed_at is not null",
        "lapsed": "from subscription_pauses where resumed_at::timestamptz > paused_at::timestamptz + interval 90 day",
        "not resumed": "from subscription_pauses where resumed_at is null",
        "involuntary": "from subscriptions where is_involuntary = 'true'",
        "trialing": "from subscriptions where status = 'trialing'",
        "all off": "from subscription_items where discount_percent = 100",
        "amount off": "from subscription_items where discount_amount > 0",
        "lasting discount": "from subscription_items where discount_percent > 0 and discount_ends_at is null",
        "currency switch": "from (select item_id from subscription_items group by 1"
        " having count(distinct currency) > 1)",
        "interval switch": "from (select item_id from subscription_items join plans using (plan_id) group by 1"
        " having count(distinct billing_interval) > 1)",
        "second subscription": "from (select s.customer_id from subscriptions s"
        " join subscriptions o using (customer_id)"
        " where s.started_at > o.started_at and (o.ended_at is null or o.ended_at > s.started_at))",
        "same-day replacement": "from subscriptions s join subscriptions o using (customer_id)"
        " where s.started_at = o.ended_at",
        "free plan": "from subscription_items join plans using (plan_id) where is_free",
        "test customer": "from customers where is_test = 'true'",
        "named renewal": "from contract_terms where renewed_to_term_id is not null",
        "pending term": f"from contract_terms where term_end::date > '{LAST_DAY}'",
        "short auto-renewing term": "from contract_terms where auto_renew and term_end::date - term_start < 32",
        "hand-over": "from csm_assignments a join csm_assignments b using (customer_id)"
        " where a.assigned_to = b.assigned_from",
        "repeat within 90 days": "from orders a join orders b using (customer_id)"
        " where b.ordered_at::date - a.ordered_at::date between 1 and 90",
    }  # fmt: skip
    missing = [name for name, rest in there.items() if clean.one(f"select count(*) {rest}") == 0]
    assert missing == []
    for table, column, values in (
        ("plans", "billing_interval", {"day", "week", "month", "year"}),
        ("invoices", "status", {"draft", "open", "paid", "void", "uncollectible"}),
        ("invoice_lines", "kind", {"recurring", "proration", "usage", "one_off", "credit"}),
        ("survey_responses", "survey_type", {"nps", "csat", "ces", "loyalty", "acsi"}),
        ("subscription_items", "currency", {"USD", "EUR", "GBP", "JPY"}),
    ):
        assert {row[0] for row in clean.all(f"select distinct {column} from {table}")} == values


def test_every_dirty_kind_is_there(dirty, clean):
    """Each kind has its two rows under its own name, where the table has an id; the clean one has none."""
    keyed = [(kind.rule, kind.table, kind.rows) for kind in dirt.KINDS if kind.table in dirt.IDS]
    keyed += [("unordered_duplicate", table, 4) for table in dirt.CONTENT]
    keyed += [("never_started", table, 2) for table in ("subscriptions", "subscription_items")]
    keyed += [("unknown_customer", table, 2) for table in ("subscriptions", "subscription_items")]
    for rule, table, rows in keyed:
        count = f"select count(*) from {table} where {dirt.IDS[table]} like '{rule}\\_%' escape '\\'"
        assert dirty.one(count) >= rows, (rule, table)
        assert clean.one(count) == 0, (rule, table)
    for table, key in dirt.IDS.items():
        assert dirty.one(f"select count(*) from {table} where {key} is null") >= 2, table
    for table in dirt.CONTENT:
        key = dirt.IDS[table]
        twice = dirty.one(
            f"select count(*) from (select {key} from {table} where {key} not like 'unordered%' "
            f"group by 1 having count(*) > 1)"
        )
        assert twice >= 2, table


def test_dirty_kinds_without_an_id(dirty):
    """Faults in tables whose key has several columns, and those that span tables."""
    there = {
        "pause ends before start": "from subscription_pauses where try_cast(resumed_at as timestamptz)"
        " < try_cast(paused_at as timestamptz)",
        "pause of nobody": "from subscription_pauses where subscription_id not in (select subscription_id from"
        " subscriptions where subscription_id is not null)",
        "pause's date": "from subscription_pauses where resumed_at is not null"
        " and try_cast(resumed_at as timestamptz) is null",
        "rate not positive": "from exchange_rates where try_cast(rate_to_reporting as double) <= 0",
        "rate's number": "from exchange_rates where try_cast(rate_to_reporting as double) is null",
        "rate's currency": "from exchange_rates where length(currency) <> 3",
        "attribute": "from customer_attributes where attribute = 'favourite_colour'",
        "attribute of nobody": "from customer_attributes where customer_id like 'nobody%'",
        "assignment ends before start": "from csm_assignments where assigned_to < assigned_from",
        "overlapping assignment": "from csm_assignments a join csm_assignments b on a.customer_id = b.customer_id and"
        " a.csm_id <> b.csm_id and a.assigned_from < b.assigned_from and"
        " b.assigned_from < coalesce(a.assigned_to, '2099-01-01')",
        "assignment of nobody": "from csm_assignments where customer_id like 'nobody%'",
        "merge cycle": "from customer_merges a join customer_merges b on a.from_customer_id = b.into_customer_id"
        " and a.into_customer_id = b.from_customer_id",
        "solved before created": "from ticket_status_changes s join tickets t using (ticket_id)"
        " where s.status = 'solved' and s.changed_at < t.created_at",
        "value before start": "from milestones m join first_touches f using (customer_id)"
        " where m.milestone = 'first_report' and m.reached_at < f.first_interaction_at",
        "milestone before predecessor": "from milestones m join milestones p using (customer_id) where"
        " m.milestone = 'weekly_habit' and p.milestone = 'invited_team' and m.reached_at < p.reached_at",
        "entitlement": "from entitlements where entitled_to < entitled_from",
        "no rate yet": "from subscription_items where currency = 'SEK' and effective_from <"
        " (select min(rate_date)::date from exchange_rates where currency = 'SEK')",
        "superseded": "from invoices where updated_at = '2020-01-01'",
    }
    few = {name: dirty.one(f"select count(*) {rest}") for name, rest in there.items()}
    assert {name: count for name, count in few.items() if count < 2} == {}


def test_dirty_rows_are_few(dirty, clean):
    """All dirty rows together are less than 3 % of the rows."""
    rows = {
        company: sum(company.one(f"select count(*) from {table}") for table in CONTRACT) for company in (dirty, clean)
    }
    assert 100 < rows[dirty] - rows[clean] < 0.03 * rows[clean]
    assert rows[clean] < 200_000


def test_the_unhappy_leave(clean):
    """Of customers with three answers or more, those who score low leave at least 1.3 times as often as the others.

    And those who left used the product less in each week of service.
    """
    low, high = clean.all(
        """
        with scores as (
            select customer_id, avg((score::int - scale_min) / (scale_max - scale_min)) as score from survey_responses
            where score is not null and coalesce(direction, 'ease') = 'ease' group by 1 having count(*) >= 3),
        ends as (
            select customer_id, coalesce(bool_and(ended_at is not null), false) as left_us from subscriptions
            where coalesce(cancel_reason, '') <> 'replaced' group by 1)
        select avg(left_us::int) from (
            select left_us, ntile(2) over (order by score, customer_id) as half
            from scores join ends using (customer_id))
        group by half order by half
        """
    )
    assert low[0] > 1.3 * high[0]
    left, stayed = clean.all(
        f"""
        with service as (
            select customer_id, bool_and(ended_at is not null) as left_us, sum(date_diff('day', started_at,
                least(coalesce(ended_at, '{LAST_DAY}'), timestamp '{LAST_DAY}'))) as days
            from subscriptions group by 1),
        events as (select customer_id, count(*) as n from usage_events group by 1)
        select sum(coalesce(n, 0)) / sum(days) from service left join events using (customer_id)
        where days > 60 group by left_us order by left_us desc
        """
    )
    assert left[0] < 0.8 * stayed[0]


# -- the cast ----------------------------------------------------------------------------------------------------------


def rows_of(name: str) -> list[dict[str, str]]:
    """Rows of one of the cast's files."""
    with (CAST / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_cast_parses():
    """Every file has the contract's columns, every line as many values, every date and number can be read."""
    names = {path.stem for path in CAST.glob("*.csv") if not path.stem.startswith("expected_")}
    assert {"customers", "plans", "subscriptions", "subscription_items"} <= names <= set(CONTRACT)
    for name in names:
        for row in rows_of(name):
            required, _, _ = CONTRACT[name].partition("|")
            assert set(required.split()) <= set(row) <= set(CONTRACT[name].replace("|", " ").split()), name
            assert None not in row.values(), (name, row)
            for column, value in row.items():
                if value and column.endswith(("_at", "_from", "_to", "_start", "_end", "_date")):
                    date.fromisoformat(value[:10])
                elif value and column in ("quantity", "unit_amount", "amount", "rate_to_reporting"):
                    Decimal(value)


def test_cast_references_are_whole():
    """Every id of the cast exists."""
    for table, column, target, key in REFERENCES:
        if (CAST / f"{table}.csv").exists() and (CAST / f"{target}.csv").exists():
            known = {row[key] for row in rows_of(target)} | {""}
            assert {row[column] for row in rows_of(table)} <= known, (table, column)


def test_cast_expectations_hang_together():
    """Known customers and classes, months in order, a class wherever a customer appears or goes."""
    known = {row["customer_id"] for row in rows_of("customers")}
    classes = {"new", "expansion", "contraction", "churn", "paused", "resumed", "reactivation", "none"}
    before: dict[str, tuple[str, Decimal]] = {}
    for row in rows_of("expected_mrr"):
        customer, month, amount = row["customer_id"], row["month_start"], Decimal(row["closing_mrr"])
        assert customer in known
        assert row["movement_class"] in classes
        assert amount.as_tuple().exponent == -10
        assert date.fromisoformat(month).day == 1
        earlier = before.get(customer, ("", Decimal(0)))
        assert earlier[0] < month
        if amount == 0:
            assert row["movement_class"] in {"churn", "paused"}
        elif earlier[1] == 0:
            assert row["movement_class"] == ("new" if not earlier[0] else row["movement_class"]) != "none"
        before[customer] = (month, amount)
