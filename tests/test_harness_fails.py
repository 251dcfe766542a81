"""Breaks one rule of the project at a time and sees the right check fail, and say what is wrong.

A check that cannot fail checks nothing. The SQL is altered after it was compiled, so that a broken project costs a second; the four edits that
a metric needs are files, and their check is tried out in test_metric_files.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from tests import compiled, test_laws
from tests.comparison import all_differences
from tests.compiled import ROOT, Project, _workshop, folder_tables, project
from tests.conftest import CAST, VARIABLES
from tests.oracle import Result, compute
from tests.test_oracle import SETTINGS

AS_OF = "2024-06-20"


@pytest.fixture(scope="module")
def sound() -> Project:
    return project(VARIABLES)


@pytest.fixture(scope="module")
def expected() -> Result:
    return compute(test_laws.cast(), AS_OF, VARIABLES)


def differences(broken: Project, expected: Result) -> str:
    with broken.run(test_laws.cast(), AS_OF) as built:
        return "\n".join(all_differences(built.query, expected))


def broken_invariants(broken: Project) -> set[str]:
    """The dbt tests of tests/invariants that find a row."""
    tables = {name: query for name, query in folder_tables(CAST).items() if name in broken.tables}
    with broken.run(tables, AS_OF) as built:
        return {name for name, sql in broken.invariants.items() if built.query(f"select * from ({sql}) limit 1")}


def test_the_sound_project_breaks_nothing(sound: Project, expected: Result) -> None:
    assert differences(sound, expected) == ""
    assert broken_invariants(sound) == set()


def test_shared_tables_are_those_of_a_company_alone(sound: Project) -> None:
    """Of a company that differs from another in a row, in a table without rows, and in a model."""
    cast = test_laws.cast()
    other = copy.deepcopy(cast) | {"tickets": []}
    other["subscriptions"][0]["status"] = "past_due"
    broken = sound.altered("int_churn_events", "coalesce(explained.cancel_reason, '(unknown)')", "'none'")
    alone = copy.copy(broken)
    alone.shares = False
    with sound.run(cast, AS_OF):
        pass
    with broken.run(other, AS_OF) as one, alone.run(other, AS_OF) as twin:
        for model in broken.models:
            rows = f"select count(*), sum(hash(rows)) from {model.relation} as rows"
            assert one.query(rows) == twin.query(rows), model.name


def test_a_metric_left_out_of_the_union(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_metric_cells__retention", f"select * from {relation('net_revenue_retention')} union all", ""
    )
    found = differences(broken, expected)
    assert "net_revenue_retention: missing in SQL" in found
    assert "net_revenue_retention month 2023-01-01 all all: oracle (2023-02-01, True, 0, 0, None, None)" in found


def test_a_day_too_few_at_the_boundary(sound: Project, expected: Result) -> None:
    """What starts on a period's last day is in its close."""
    broken = sound.altered(
        "int_customer_balances",
        "state_days.state_day >= states.stands_since",
        "state_days.state_day > states.stands_since",
    )
    found = differences(broken, expected)
    assert "\nmrr: amount: numerator, value" in found
    assert "customer_periods: movement" in found
    assert "movements_of_days_add_to_those_of_periods" in broken_invariants(broken)


def test_the_wrong_denominator(sound: Project, expected: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    """NRR divided by closing MRR: the oracle names the metric and its denominator, and law R3 fails."""
    broken = sound.altered(
        "net_revenue_retention",
        "opening_mrr - churned_mrr - paused_mrr - contraction_mrr + expansion_mrr as decimal(38, 10)) as numerator,"
        " cast(opening_mrr as decimal(38, 10)) as denominator",
        "opening_mrr - churned_mrr - paused_mrr - contraction_mrr + expansion_mrr as decimal(38, 10)) as numerator,"
        " cast(closing_mrr as decimal(38, 10)) as denominator",
    )
    assert "net_revenue_retention: ratio: denominator, value" in differences(broken, expected)
    monkeypatch.setattr(test_laws, "run", lambda raw, as_of, variables, models: broken.run(raw, as_of, models))
    with pytest.raises(AssertionError):
        test_laws.test_r3_new_customers_do_not_touch_retention()


def test_a_pause_counted_as_churn(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_customer_period_changes",
        "when is_paused_at_closing then 'paused'",
        "when is_paused_at_closing then 'churn'",
    )
    found = differences(broken, expected)
    for metric in ("churned_mrr", "paused_mrr", "churned_customers"):
        assert f"\n{metric}: " in found
    assert "SQL (churn, 100, 0," in found
    assert "oracle (paused, 100, 0," in found
    assert broken_invariants(broken) == {"contracted_customers_bridge_holds"}


def test_a_discount_that_never_ends(sound: Project, expected: Result) -> None:
    broken = sound.altered(
        "int_item_pieces", "coalesce(stretches.valid_from, versions.valid_from) >= versions.discount_ends_date", "false"
    )
    found = differences(broken, expected)
    assert "discount_expiry_mrr: amount" in found
    assert "dan_discount_expires" in found


def test_rejected_rows_that_vanish(sound: Project) -> None:
    """A row without its key is neither staged nor listed: the oracle and the dbt test of rows in and out both say so."""
    broken = sound.altered(
        "base_billing__orders",
        "when rule is null then 'staged' else 'rejected' end as fate",
        "when rule is null then 'staged' end as fate",
    )
    broken = broken.altered("rejected_rows", "from listed", "from listed where false")
    raw = test_laws.cast()
    raw["orders"].append({**raw["orders"][0], "order_id": None})
    with broken.run(raw, AS_OF) as built:
        found = "\n".join(all_differences(built.query, compute(raw, AS_OF, VARIABLES)))
        assert "orders: rejected by the oracle only: 1 of them" in found
        assert "orders: rows staged, folded, rejected" in found
        assert built.query(broken.invariants["rows_in_are_rows_out"])


def test_a_law_notices_a_row_that_counts_twice(sound: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Duplicates that are not folded: law U2."""
    broken = sound.altered(
        "stg_billing__subscription_items", "where fate = 'staged'", "where fate in ('staged', 'folded')"
    )
    monkeypatch.setattr(test_laws, "run", lambda raw, as_of, variables, models: broken.run(raw, as_of, models))
    with pytest.raises(AssertionError, match="cells differ"):
        test_laws.test_u2_a_row_that_comes_twice_counts_once()


@pytest.mark.parametrize(
    ("name", "without"),
    [
        ("fiscal year, zone", ""),
        ("policies", ""),
        ("defaults", "users.is_licensed"),
        ("defaults", "survey_responses.delivered_at"),
    ],
)
def test_compiled_anew_is_what_reads_a_variable_or_an_altered_table(name: str, without: str) -> None:
    """The whole project compiled with it is the same."""
    workshop = _workshop(ROOT)
    usual, variables = compiled.empty_tables(project({}).tables), SETTINGS[name]
    altered = {without.split(".")[0]} - {""}
    tables = compiled.empty_tables(project({}, without=[without] if without else ()).tables)
    whole = workshop.whole(tables, json.dumps(variables))
    parts = workshop.compiled(usual, tables, altered, variables)
    default = workshop.whole(usual)
    assert len({code(parts[key]) for key in parts} - {code(default[key]) for key in default}) >= 2
    assert {key: code(one) for key, one in parts.items()} == {key: code(one) for key, one in whole.items()}


def code(node: dict[str, Any]) -> str:
    """The SQL of a node, but for the moment at which it was compiled."""
    return re.sub(r"'20\d\d-\d\d-\d\d \d\d:\d\d:\d\d'", "'now'", node["compiled_code"])


def relation(model: str) -> str:
    """As compiled SQL names it."""
    return f'"customer_success"."metrics"."{model}"'
