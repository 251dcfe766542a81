"""
A company that only bills: `customers`, `plans`, `subscriptions` and `subscription_items`, as Parquet; a million customers take seconds.

A customer has periods of whole months `[first_month, end_month)`, each a subscription of its own. Dice are thrown by a hash of the customer and the
step, so that the same files come out every time, and a customer is the same in a company of any size.
"""

from pathlib import Path

import duckdb

FIRST_DAY = "2021-01-01"
MONTHS = 36
# The last day reported lies within the last month, so that one more day neither opens a month nor closes one.
AS_OF = "2023-12-29"

MACROS = f"""
    create macro die(customer, step, purpose, sides) as (md5_number_lower(concat_ws(':', customer, step, purpose)) % sides)::integer;
    create macro price(place) as ([25, 40, 60, 75, 100, 150, 200, 250, 400, 500, 750, 1000])[place + 1];
    create macro day(month) as (date '{FIRST_DAY}' + to_months(month))::timestamp;
"""

# Months count from 0; `place` is that of the price.
PERIODS = f"""
    create table periods as
    with recursive periods as (
        select
            customer, 0 as step, first_month, first_month + 1 + die(customer, 0, 'length', 12) as end_month,
            die(customer, 0, 'price', 12) as place
        from (
            select customer, case when die(customer, 0, 'early', 100) < 60 then 0 else die(customer, 0, 'start', 30) end as first_month
            from range(1, $customers + 1) as customers (customer)
        )

        union all

        select
            customer, step, first_month, first_month + 1 + die(customer, step, 'length', 12) as end_month,
            case when die(customer, step, 'keep', 2) = 0 then place else (place + 1 + die(customer, step, 'price', 11)) % 12 end as place
        from (
            select
                customer, step + 1 as step, place,
                end_month + case when die(customer, step, 'gap', 100) < 8 then 1 + die(customer, step, 'pause', 3) else 0 end as first_month
            from periods
            where die(customer, step, 'churn', 100) >= 7
        )
        where first_month < {MONTHS}
    )

    -- what goes on after the last month has no end yet
    select customer, step, first_month, case when end_month <= {MONTHS} - 1 then end_month end as end_month, price(place) as price
    from periods
"""

TABLES = {
    "customers": """
        select
            'C' || customer as customer_id, 'Customer ' || customer as name, day(min(first_month)) as created_at,
            (['US', 'GB', 'DE', 'FR', 'JP'])[die(customer, 0, 'country', 5) + 1] as country,
            (['software', 'retail', 'media', 'health'])[die(customer, 0, 'industry', 4) + 1] as industry,
            (['1-10', '11-50', '51-200'])[die(customer, 0, 'size', 3) + 1] as company_size,
            (['search', 'referral', 'outbound'])[die(customer, 0, 'channel', 3) + 1] as acquisition_channel
        from periods
        group by customer
    """,
    "plans": """
        select
            'P' || price(place) as plan_id, 'Plan ' || price(place) as plan_name, case when place < 6 then 'core' else 'plus' end as product_family,
            place::integer as tier_rank, 'month' as billing_interval, 1 as interval_count, price(place)::decimal(18, 2) as unit_amount,
            'USD' as currency
        from range(12) as places (place)
    """,
    "subscriptions": """
        select
            'S' || customer || '_' || step as subscription_id, 'C' || customer as customer_id,
            case when end_month is null then 'active' else 'canceled' end as status, day(first_month) as started_at,
            null::timestamp as trial_start_at, null::timestamp as trial_end_at, day(end_month) as canceled_at, day(end_month) as ended_at,
            null::varchar as cancel_reason
        from periods
    """,
    "subscription_items": """
        select
            'V' || customer || '_' || step as item_version_id, 'S' || customer || '_' || step as subscription_id, 'P' || price as plan_id,
            1 as quantity, price::decimal(18, 2) as unit_amount, null::decimal(9, 2) as discount_percent,
            null::decimal(18, 2) as discount_amount, 'USD' as currency, day(first_month) as effective_from, day(end_month) as effective_to
        from periods
    """,
}


def write(customers: int, folder: Path) -> None:
    """Write the company of so many customers."""
    with duckdb.connect() as database:
        make_periods(database, customers)
        for table, query in TABLES.items():
            database.execute(f"copy ({query}) to '{folder / table}.parquet' (format parquet, compression zstd)")


def make_periods(database: duckdb.DuckDBPyConnection, customers: int) -> None:
    """Make the table `periods`, and the macros that its reader needs."""
    database.execute(MACROS)
    database.execute(PERIODS, {"customers": customers})
