with

months as (

    select * from {{ ref('customer_periods') }}
    where period_type = 'month'

),

closes as (

    select
        period_end as month_start,
        customer_id,
        closing_mrr
    from months
    where period_end <= (select max(period_start) from months)

),

openings as (

    select
        period_start as month_start,
        customer_id,
        opening_mrr
    from months
    where period_start > (select min(period_start) from months)

)

select
    coalesce(openings.month_start, closes.month_start) as month_start,
    coalesce(openings.customer_id, closes.customer_id) as customer_id,
    closes.closing_mrr,
    openings.opening_mrr

from openings
full outer join closes
    on openings.month_start = closes.month_start and openings.customer_id = closes.customer_id
where coalesce(openings.opening_mrr, 0) <> coalesce(closes.closing_mrr, 0)
