"""What is read from a published database; it is not written to."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from training.churn import Snapshots

NEEDED = (
    "int_company_mark",
    "int_as_of",
    "int_churn_features",
    "int_churn_labels",
    "int_churn_hazards",
    "int_contract_spells",
    "int_purchases",
)
# Of larger companies a part of the customers is enough: chosen by the digest of their id, so always the same.
MOST_SNAPSHOTS = 400_000


class Refusal(Exception):
    """Nothing can be trained; the message says why."""


@dataclass(frozen=True)
class Company:
    """Whose data it is, and up to which day."""

    mark: str
    as_of: datetime.date

    @property
    def model_version(self) -> str:
        """The name of what is trained on it: newer ones are greater in text order, other companies' differ."""
        return f"{self.as_of}-{self.mark[:8]}"


@dataclass(frozen=True)
class Spells:
    """Contracts as seen on one day: one element a customer."""

    billing_months: np.ndarray
    segment_name: str
    segment_value: np.ndarray
    renewals: np.ndarray
    has_left: np.ndarray
    # as many as there would be by the day, had nobody left
    renewals_due: np.ndarray


@dataclass(frozen=True)
class Purchases:
    """Purchases as seen on one day: one element a customer; weeks from its first purchase. `mean` is of the `paid` repeat ones of an amount."""

    x: np.ndarray
    t_x: np.ndarray
    age: np.ndarray
    paid: np.ndarray
    mean: np.ndarray
    later: np.ndarray


class Database:
    """A published database, open for reading."""

    def __init__(self, path: Path) -> None:
        try:
            self._connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise Refusal(f"{path.name} cannot be opened: {error}") from None
        listed = self._connection.execute(
            "select table_name from information_schema.tables where table_schema = 'intermediate'"
        ).fetchall()
        if missing := sorted(set(NEEDED) - {name for (name,) in listed}):
            raise Refusal(
                f"{path.name} was built by an older version of the project: it has no {missing[0]}. Build it anew: make build"
            )

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def company(self) -> Company:
        """The company; a refusal where nobody ever paid."""
        found = self._connection.execute(
            "select mark, as_of_day from intermediate.int_company_mark cross join intermediate.int_as_of"
        ).fetchone()
        if not found:
            raise Refusal("Nobody has ever paid in this database, so that there is nothing to learn from.")
        return Company(*found)

    def snapshots(self) -> Snapshots:
        """All snapshots whose outcome is known, by day and customer."""
        (count,) = self._one("select count(*) from intermediate.int_churn_labels where is_known")
        parts = -(-count // MOST_SNAPSHOTS) or 1
        chosen = f"is_known and md5_number_lower(customer_id) % {parts} = 0"
        features = [
            name
            for (name,) in self._connection.execute(
                "select distinct feature from intermediate.int_churn_features order by 1"
            ).fetchall()
        ]
        columns = ", ".join(
            f"max(value) filter (where feature = '{name}') as f{number}" for number, name in enumerate(features)
        )
        found = self._connection.execute(f"""
            with labels as (
                select customer_id, score_day, has_churned from intermediate.int_churn_labels where {chosen}
            ),
            features as (
                select customer_id, score_day, {columns or "0 as none"}
                from intermediate.int_churn_features inner join labels using (customer_id, score_day) group by all
            )
            select
                labels.customer_id, labels.score_day, labels.has_churned,
                cast(hazards.probability as double) as hazard, features.* exclude (customer_id, score_day)
            from labels
            left join features using (customer_id, score_day)
            left join intermediate.int_churn_hazards as hazards using (customer_id, score_day)
            order by score_day, customer_id
            """).fetchnumpy()

        def numbers(name: str) -> np.ndarray:
            return np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan)

        size = len(found["score_day"])
        (horizon_days,) = self._one("select coalesce(max(horizon_days), 0) from intermediate.int_churn_labels")
        values = [numbers(f"f{number}") for number in range(len(features))]
        return Snapshots(
            customer=np.asarray(found["customer_id"], dtype=object),
            day=np.asarray(found["score_day"]).astype("datetime64[D]"),
            features=tuple(features),
            values=np.column_stack(values) if values else np.zeros((size, 0)),
            churned=np.asarray(found["has_churned"], dtype=bool),
            hazard=numbers("hazard"),
            horizon_days=horizon_days,
        )

    def spells(self, day: datetime.date, begun_by: datetime.date | None = None) -> Spells:
        """Contracts begun by the day (or by an earlier one), as they stood at its end: renewed so often, then left or still there."""
        found = self._connection.execute(
            f"""
            with spells as (
                select
                    *, coalesce(first_churn_day <= $day, false) as has_left,
                    case when first_churn_day <= $day then first_churn_day - 1 else $day end as last_day
                from intermediate.int_contract_spells where first_paid_day <= $begun_by
            )
            select
                billing_months, segment_name, segment_value, has_left,
                {_whole_months("last_day")} // billing_months as renewals,
                {_whole_months("cast($day as date)")} // billing_months as renewals_due
            from spells order by customer_id
            """,
            {"day": day, "begun_by": begun_by or day},
        ).fetchnumpy()
        return Spells(
            billing_months=np.asarray(found["billing_months"], dtype=np.int64),
            segment_name=str(found["segment_name"][0]) if len(found["segment_name"]) else "all",
            segment_value=np.asarray(found["segment_value"], dtype=object),
            renewals=np.asarray(found["renewals"], dtype=np.int64),
            has_left=np.asarray(found["has_left"], dtype=bool),
            renewals_due=np.asarray(found["renewals_due"], dtype=np.int64),
        )

    def purchases(self, day: datetime.date) -> Purchases:
        """Of the customers who bought by the day, what they had bought then and how often they did afterwards."""
        found = self._connection.execute(
            """
            with known as (
                select
                    customer_id, min(purchase_day) as first_day, max(purchase_day) as last_day, count(*) - 1 as x,
                    count(*) filter (where purchase_number > 1 and amount > 0) as paid,
                    coalesce(avg(cast(amount as double)) filter (where purchase_number > 1 and amount > 0), 0) as mean
                from intermediate.int_purchases where purchase_day <= $day group by customer_id
            ),
            later as (
                select customer_id, count(*) as later from intermediate.int_purchases where purchase_day > $day group by customer_id
            )
            select
                x, (last_day - first_day) / 7 as t_x, (cast($day as date) - first_day) / 7 as age, paid, mean,
                coalesce(later, 0) as later
            from known left join later using (customer_id) order by customer_id
            """,
            {"day": day},
        ).fetchnumpy()
        return Purchases(
            *(np.asarray(found[name], dtype=float) for name in ("x", "t_x", "age", "paid", "mean", "later"))
        )

    def first_day(self, table: str) -> datetime.date | None:
        """First day of contracts or of purchases."""
        column = {"int_contract_spells": "first_paid_day", "int_purchases": "purchase_day"}[table]
        return self._one(f"select min({column}) from intermediate.{table}")[0]

    def _one(self, query: str) -> tuple:
        return self._connection.execute(query).fetchone()


def _whole_months(day: str) -> str:
    """SQL: the most months that, added to first_paid_day, do not pass the day."""
    calendar = f"cast(date_diff('month', first_paid_day, {day}) as integer)"
    return f"({calendar} - case when first_paid_day + to_months({calendar}) > {day} then 1 else 0 end)"
