"""Random small companies with churn models of the test's own: SQL and oracle must agree on every snapshot and what is predicted of it.

Things fall on month ends, and on days that lie 30, 60 or 90 days after them, where a label turns. More examples, another draw each
time: `COLLISION_EXAMPLES=2000 pytest tests/test_collisions_predictions.py`.
"""

from __future__ import annotations

import json
import random
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.churn_models import write_model
from tests.comparison import PREDICTION_MODELS, metric_differences, prediction_differences
from tests.compiled import project
from tests.oracle import METRICS, compute
from tests.test_collisions import PLANS, Rows, examples

SETTINGS: dict[str, dict[str, Any]] = {
    "defaults": {"reporting_currency": "EUR"},
    "a short horizon": {
        "reporting_currency": "EUR",
        "reporting_timezone": "America/New_York",
        "churn_horizon_days": 30,
        "reactivation_min_gap_days": 20,
        "max_pause_days": 30,
        "history_start": "2024-01-15",
        "week_to_month": "4.345",
        "usage_mrr": True,
        "risk_threshold": 0.3,
    },
}
MONTH_ENDS = [date(2023, 11, 30), date(2023, 12, 31), date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31)]
DAYS = sorted({str(end + timedelta(days)) for end in MONTH_ENDS for days in (0, 1, 15, 28, 30, 31, 60, 89, 90, 91)})
LONG_AGO = ["2021-11-30", "2022-01-31", "2022-03-31", "2023-01-30", "2023-02-28", "2023-05-31", "2023-08-31"]
AS_OF = ["2024-02-29", "2024-03-31", "2024-04-30", "2024-05-15", "2024-06-30"]
LONG_PLANS = [("half", "month", 6), ("two_years", "year", 2), ("weeks", "week", 30)]
FEATURES = {
    # name: values around which a model may lie
    "tenure": (0, 4),
    "mrr": (0, 5),
    "is_yearly": (0, 1),
    "renewal_due": (0, 1),
    "mrr_change": (-1, 1),
    "active_user_share": (0, 1),
    "usage_trend": (0, 3),
    "days_since_use": (0, 4.5),
    "open_tickets": (0, 2),
    "latest_nps": (0, 10),
    "csat_share": (0, 1),
    "net_sentiment": (-1, 1),
    "days_past_due": (0, 4.5),
    "days_since_touch": (0, 5.2),
}


HEALTH = {name for name, metric in METRICS.items() if metric.family == "health"}


class Company:
    """Rows drawn from one seed; the last customer is a test."""

    def __init__(self, seed: int, size: int = 8) -> None:
        self.random = random.Random(seed)
        customers = [f"c{number}" for number in range(1, size + 1)]
        self.raw: dict[str, Rows] = {
            "plans": [*PLANS, *(self.plan(*long) for long in LONG_PLANS)],
            "customers": [
                {"customer_id": one, "name": one, "created_at": "2023-10-15", "is_test": one == customers[-1]}
                for one in customers
            ],
            "exchange_rates": [
                {"rate_date": day, "currency": "USD", "rate_to_reporting": rate}
                for day, rate in (("2021-01-01", "0.9"), ("2024-02-01", "1.1"), ("2024-03-31", "0.95"))
            ],
        }
        for customer_id in customers:
            for number in range(self.choose([1, 1, 2, 3])):
                self.subscribe(customer_id, f"{customer_id}.{number}")
            for table in (self.terms, self.people, self.tickets, self.answers, self.invoices, self.touches):
                if self.choose([True, True, False]):
                    table(customer_id)

    def choose(self, options: list | range) -> Any:
        return self.random.choice(options)

    def later(self, day: str, *others: str | None) -> str | None:
        return self.choose([*[one for one in DAYS if one > day], *others])

    def add(self, table: str, **row: Any) -> None:
        self.raw.setdefault(table, []).append(row)

    @staticmethod
    def plan(plan_id: str, interval: str, count: int) -> dict[str, Any]:
        row = {"plan_id": plan_id, "plan_name": plan_id, "product_family": "Core", "billing_interval": interval}
        return row | {"interval_count": count, "currency": "EUR", "is_free": False}

    def subscribe(self, customer_id: str, subscription_id: str) -> None:
        start = self.choose([*DAYS[:30], *LONG_AGO * 2])
        row = {"subscription_id": subscription_id, "customer_id": customer_id, "status": "active", "started_at": start}
        end = self.later(max(start, DAYS[0]), None)
        self.add("subscriptions", **row, ended_at=self.choose([end, end, None]), canceled_at=self.choose([None, start]))
        change = self.later(max(start, DAYS[0]), None)
        for number, (begin, until) in enumerate([(start, change), (change, None)]):
            if begin:
                self.add(
                    "subscription_items",
                    item_version_id=f"{subscription_id}/{number}",
                    subscription_id=subscription_id,
                    plan_id=self.choose([plan["plan_id"] for plan in self.raw["plans"]]),
                    quantity=self.choose(["1", "2", "0.5"]),
                    unit_amount=self.choose(["10", "9.99", "120", "12", "0"]),
                    currency=self.choose(["EUR", "EUR", "USD"]),
                    effective_from=begin,
                    effective_to=until,
                )
        if self.choose(range(4)) == 0:
            paused = self.choose(DAYS)
            self.add(
                "subscription_pauses",
                subscription_id=subscription_id,
                paused_at=paused,
                resumed_at=self.later(paused, None),
            )

    def terms(self, customer_id: str) -> None:
        for number in range(self.choose([1, 2])):
            start = self.choose([*LONG_AGO, *DAYS])
            row = {"term_id": f"{customer_id}.{number}", "customer_id": customer_id, "term_start": start}
            self.add(
                "contract_terms",
                **row,
                term_end=self.later(start, start),
                amount="10",
                currency="EUR",
                auto_renew=self.choose([None, "true"]),
            )

    def people(self, customer_id: str) -> None:
        for number in range(self.choose([1, 2, 3])):
            user_id = f"{customer_id}.{number}"
            row = {"user_id": user_id, "customer_id": customer_id, "created_at": self.choose(DAYS[:20])}
            self.add(
                "users",
                **row,
                is_licensed=self.choose(["true", "true", None]),
                is_bot=self.choose([None, None, None, "true"]),
            )
            for event in range(self.choose(range(6))):
                row = {"event_id": f"{user_id}.{event}", "user_id": user_id, "customer_id": customer_id}
                row |= {"event_name": "act", "occurred_at": self.choose(DAYS)}
                self.add("usage_events", **row, event_count=self.choose([None, "3", "40"]))

    def tickets(self, customer_id: str) -> None:
        for number in range(self.choose([1, 2])):
            ticket_id, created = f"{customer_id}.{number}", self.choose(DAYS)
            row = {"ticket_id": ticket_id, "customer_id": customer_id, "status": "open", "created_at": created}
            self.add("tickets", **row, created_by="customer")
            if solved := self.later(created, None):
                self.add("ticket_status_changes", ticket_id=ticket_id, status="solved", changed_at=solved)

    def answers(self, customer_id: str) -> None:
        for number in range(self.choose([1, 2, 3])):
            kind, low, high = self.choose([("nps", 0, 10), ("nps", 0, 10), ("csat", 1, 5)])
            day = self.choose([*DAYS, *LONG_AGO[-3:]])
            row = {"response_id": f"{customer_id}.{number}", "survey_type": kind, "customer_id": customer_id}
            row |= {"scale_min": low, "scale_max": high, "score": self.choose(range(low, high + 1))}
            self.add("survey_responses", **row, sent_at=day, responded_at=day)
            row = {"feedback_id": f"{customer_id}.{number}", "customer_id": customer_id, "channel": "review"}
            row |= {
                "sentiment_label": self.choose(["positive", "neutral", "negative"]),
                "received_at": self.choose(DAYS),
            }
            self.add("feedback", **row)

    def invoices(self, customer_id: str) -> None:
        for number in range(self.choose([1, 2])):
            invoice_id, issued = f"{customer_id}.{number}", self.choose(DAYS)
            row = {"invoice_id": invoice_id, "customer_id": customer_id, "issued_at": issued, "currency": "EUR"}
            row |= {"status": self.choose(["paid", "open", "uncollectible", "void"]), "total_excluding_tax": "10"}
            due = self.later(issued, issued, None)
            self.add("invoices", **row, due_at=due, paid_at=self.later(issued, issued, None))
            line = {"invoice_line_id": invoice_id, "invoice_id": invoice_id, "kind": "usage", "amount": "500"}
            line |= {"plan_id": self.choose([None, "half", "basic_month"]), "period_start": issued}
            self.add("invoice_lines", **line, period_end=self.later(issued, None))

    def touches(self, customer_id: str) -> None:
        for number in range(self.choose([1, 2])):
            row = {"touch_id": f"{customer_id}.{number}", "customer_id": customer_id, "csm_id": "amy", "kind": "call"}
            self.add("csm_touches", **row, occurred_at=self.choose([*DAYS, *LONG_AGO]))

    def write_models(self, folder: Path, mark: str | None, horizon: int) -> Path:
        """Mostly one that counts; now and then an older one beside it, one of another company, or none."""
        uniform = self.random.uniform

        def model(version: str, trained_on: str | None, **more: Any) -> None:
            names = self.random.sample([*FEATURES], self.choose([0, 3, 9, 14]))
            coefficients = {
                name: (round(uniform(-2, 2), 3), uniform(*FEATURES[name]), self.choose([1.0, 0.5, uniform(0.5, 2)]))
                for name in names
            }
            bins = {name: self.bins(*FEATURES[name]) for name in names[:4]}
            through = str(self.choose(MONTH_ENDS[2:]))
            more = {"trained_through": through, "horizon_days": horizon} | more
            write_model(folder, trained_on, round(uniform(-3, 1), 3), coefficients, bins, version, **more)

        for version in self.choose([["m1"], ["m1"], ["m1", "m2"], []]):
            model(version, mark)
        if self.choose([True, False]):
            model("m3", "0" * 32)
            model("m4", mark, horizon_days=horizon + 1)
            model("m5", mark, kind="contract_lifetime", horizon_days=None)
        if not (folder / "prediction_models.csv").exists():
            model("m6", "f" * 32)
        return folder

    def bins(self, lower: float, upper: float) -> list[tuple[int, float | None, float | None, float]]:
        edges = sorted({round(self.random.uniform(lower, upper), 2) for _ in range(3)} | {float(lower)})
        shares = [self.random.random() for _ in range(len(edges) + 2)]
        shares[1] = self.choose([0.0, shares[1]])
        ends = list(zip([None, *edges], [*edges, None], strict=True))
        total = sum(shares)
        return [
            (number, *end, share / total)
            for number, (end, share) in enumerate(zip([(None, None), *ends], shares, strict=True))
        ]


@pytest.mark.parametrize("name", SETTINGS)
@settings(examples(4), phases=[Phase.explicit, Phase.generate], suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**9), as_of=st.sampled_from(AS_OF))
def test_sql_and_oracle_agree(name: str, seed: int, as_of: str) -> None:
    """Contracts, labels, features, probabilities, what the marts make of them, and the metrics of health."""
    company, variables = Company(seed), SETTINGS[name]
    bare = compute(company.raw, as_of, variables, "health").gathered["health"].predictions
    with tempfile.TemporaryDirectory() as folder:
        seeds = company.write_models(Path(folder), bare.mark, bare.horizon)
        expected = compute(company.raw, as_of, variables | {"seeds": str(seeds)}, "health")
        compiled = project(variables).of_family("health").with_seeds(seeds)
        with compiled.run(company.raw, as_of, [*PREDICTION_MODELS, "metrics"]) as built:
            differences = prediction_differences(built.query, expected)
            differences += metric_differences(built.query, expected, HEALTH)
    if differences:
        note(f"seed={seed} as_of={as_of!r} variables={variables!r}\n{json.dumps(company.raw)}")
    assert not differences, "\n".join(differences)
