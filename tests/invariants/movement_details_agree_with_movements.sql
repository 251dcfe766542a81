with

details as (

    select
        period_type,
        period_start,
        customer_id,
        sum(amount) as moved,
        sum(opening_mrr) as opening_mrr,
        sum(closing_mrr) as closing_mrr

    from {{ ref('mrr_movement_details') }}
    group by period_type, period_start, customer_id

),

movements as (

    select
        period_type,
        period_start,
        customer_id,
        sum(amount) as moved

    from {{ ref('mrr_movements') }}
    where period_type <> 'day'
    group by period_type, period_start, customer_id

)

select
    coalesce(details.period_type, movements.period_type) as period_type,
    coalesce(details.period_start, movements.period_start) as period_start,
    coalesce(details.customer_id, movements.customer_id) as customer_id,
    details.opening_mrr,
    details.closing_mrr,
    details.moved as moved_in_details,
    movements.moved

from details
full outer join movements
    on
        details.period_type = movements.period_type
        and details.period_start = movements.period_start
        and details.customer_id = movements.customer_id
where
    coalesce(details.moved, 0) <> coalesce(movements.moved, 0)
    or details.opening_mrr + details.moved <> details.closing_mrr
