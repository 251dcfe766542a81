with

days as (

    select
        periods.period_type,
        periods.period_start,
        movements.customer_id,
        sum(movements.amount) as moved

    from {{ ref('mrr_movements') }} as movements
    inner join {{ ref('int_periods') }} as periods
        on movements.period_start >= periods.period_start and movements.period_start < periods.period_end
    where movements.period_type = 'day'
    group by periods.period_type, periods.period_start, movements.customer_id

),

snapshots as (

    select
        period_type,
        period_start,
        customer_id,
        closing_mrr - opening_mrr as moved

    from {{ ref('customer_periods') }}

)

select
    coalesce(days.period_type, snapshots.period_type) as period_type,
    coalesce(days.period_start, snapshots.period_start) as period_start,
    coalesce(days.customer_id, snapshots.customer_id) as customer_id,
    days.moved as moved_in_days,
    snapshots.moved as moved_in_period

from days
full outer join snapshots
    on
        days.period_type = snapshots.period_type
        and days.period_start = snapshots.period_start
        and days.customer_id = snapshots.customer_id
where coalesce(days.moved, 0) <> coalesce(snapshots.moved, 0)
