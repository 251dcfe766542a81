"""
What the same figures cannot cost less than: DuckDB reads the raw files and writes one row a customer and month, and nothing else.

`python -m benchmark.yardstick FOLDER DATABASE AS_OF`
"""

import os
import sys
from pathlib import Path

import duckdb

SPENT = """
    create table customer_months as
    with months as (
        select unnest(range(date '2018-01-01', getvariable('as_of')::date, interval 1 month)) as month_start
    )
    select customer_id, month_start, sum(try_cast(quantity as decimal(18, 4)) * unit_amount) as amount
    from '{folder}/subscription_items.parquet' as items
    inner join '{folder}/subscriptions.parquet' as subscriptions using (subscription_id)
    inner join months on month_start >= effective_from and month_start < coalesce(effective_to, ended_at, getvariable('as_of')::date)
    group by all
"""
USED = """
    create table usage_months as
    select customer_id, date_trunc('month', occurred_at) as month_start, count(*) as events, count(distinct user_id) as users
    from '{folder}/usage_events.parquet'
    group by all
"""


def main() -> None:
    """Write what a customer paid in a month, and where there are events, how many there were."""
    folder, database, as_of = sys.argv[1:]
    limit = {"memory_limit": os.environ["DUCKDB_MEMORY_LIMIT"]} if os.environ.get("DUCKDB_MEMORY_LIMIT") else {}
    with duckdb.connect(database, config=limit) as connection:
        connection.execute(f"set variable as_of = '{as_of}'")
        connection.execute(SPENT.format(folder=folder))
        if (Path(folder) / "usage_events.parquet").exists():
            connection.execute(USED.format(folder=folder))


if __name__ == "__main__":
    main()
