"""
The extract of the next day: one customer in a hundred has changed, and the tables that only grow have one more day.

A third of those who pay took one unit more, a third left, counting from up to 90 days before; the others, and those who had left, had their prices
corrected from the first day on. The day more is the last one again, a day later.
"""

import os
from datetime import date, timedelta
from pathlib import Path

import duckdb

CHANGED = ("subscriptions", "subscription_items")
# Tables that only grow: what tells their rows apart, and their instants, of which the first says on which day a row came.
GROWING = {
    "usage_events": ("event_id", ["occurred_at"]),
    "sessions": ("session_id", ["started_at", "ended_at"]),
    "tickets": ("ticket_id", ["created_at"]),
    "survey_responses": ("response_id", ["sent_at", "delivered_at", "responded_at"]),
}

CHANGES = """
    create macro die(id, purpose, sides) as (md5_number_lower(concat_ws(':', id, purpose)) % sides)::integer;

    create table changes as
    select distinct on (subscription_id)
        subscription_id,
        case
            when bool_or(ended_at is null) over (partition by customer_id)
                then (['upgrade', 'cancellation', 'correction'])[die(customer_id, 'kind', 3) + 1]
            else 'correction'
        end as change,
        cast(cast(getvariable('today') as date) - 1 - die(customer_id, 'back', 90) as timestamp) as changed_at
    from subscriptions
    where die(customer_id, 'changes', 100) = 0;

    update subscriptions set status = 'canceled', canceled_at = changed_at, ended_at = changed_at
    from changes
    where changes.subscription_id = subscriptions.subscription_id and change = 'cancellation' and ended_at is null and started_at < changed_at;

    update subscription_items set unit_amount = unit_amount * 1.1
    from changes
    where changes.subscription_id = subscription_items.subscription_id and change = 'correction';

    create table upgrades as
    select subscription_items.*, changed_at
    from subscription_items
    inner join changes using (subscription_id)
    where change = 'upgrade' and effective_to is null and effective_from < changed_at and try_cast(quantity as integer) is not null;

    update subscription_items set effective_to = changed_at
    from upgrades
    where upgrades.item_version_id = subscription_items.item_version_id;

    insert into subscription_items by name
    select * exclude (changed_at) replace (
        item_version_id || '_more' as item_version_id, changed_at as effective_from, quantity::integer + 1 as quantity
    )
    from upgrades;
"""
# where the column is there, it says when the version was entered
ENTERED = "update subscription_items set created_at = getvariable('today') where item_version_id like '%_more'"


def day_after(day: str) -> str:
    """The next day."""
    return str(date.fromisoformat(day) + timedelta(days=1))


def write(before: Path, folder: Path, as_of: str) -> None:
    """Write the extract that follows the one of `before`, whose last day is `as_of`. Files that stay the same are the same files."""
    for file in before.glob("*.*"):
        os.link(file, folder / file.name)
    with duckdb.connect() as database:
        database.execute(f"set timezone = 'UTC'; set variable today = '{day_after(as_of)}'")
        for table in CHANGED:
            database.execute(f"create table {table} as from '{before / table}.parquet'")
        database.execute(CHANGES)
        if "created_at" in database.table("subscription_items").columns:
            database.execute(ENTERED)
        for table in CHANGED:
            (folder / f"{table}.parquet").unlink()
            database.execute(f"copy {table} to '{folder / table}.parquet' (format parquet, compression zstd)")
        for table in GROWING:
            if (before / f"{table}.parquet").exists():
                add_day(database, table, folder, as_of)


def add_day(database: duckdb.DuckDBPyConnection, table: str, folder: Path, as_of: str) -> None:
    """Make a folder of two files of the table: the one that is there, and the rows of the last day a day later."""
    key, instants = GROWING[table]
    parts = folder / table
    parts.mkdir()
    (folder / f"{table}.parquet").rename(parts / "part-0.parquet")
    there = database.read_parquet(str(parts / "part-0.parquet")).columns
    later = ", ".join(f"{name} + interval 1 day as {name}" for name in instants if name in there)
    database.execute(
        f"copy (select * replace ({key} || '_again' as {key}, {later}) from '{parts}/part-0.parquet'"
        f" where {instants[0]}::date = date '{as_of}') to '{parts}/part-1.parquet' (format parquet, compression zstd)"
    )
