with

components as (

    select
        period_type,
        period_start,
        customer_id,
        sum(amount) as amount

    from {{ ref('mrr_movement_details') }}
    where component in ('quantity', 'list_price', 'discount', 'plan_change', 'cross_sell', 'product_drop')
    group by period_type, period_start, customer_id

)

select
    customer_periods.period_type,
    customer_periods.period_start,
    customer_periods.customer_id,
    customer_periods.closing_mrr_at_opening_rate - customer_periods.opening_mrr as change,
    components.amount

from {{ ref('customer_periods') }} as customer_periods
left join components
    on
        customer_periods.period_type = components.period_type
        and customer_periods.period_start = components.period_start
        and customer_periods.customer_id = components.customer_id
where
    coalesce(components.amount, 0)
    <> case
        when customer_periods.opening_mrr > 0 and customer_periods.closing_mrr > 0
            then customer_periods.closing_mrr_at_opening_rate - customer_periods.opening_mrr
        else 0
    end
