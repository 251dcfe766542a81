with

ends as (

    select
        period_type,
        period_start,
        customer_id,
        product_family,
        plan_id,
        sum(case when period_end_name = 'opening' then mrr else 0 end) as opening_mrr,
        sum(case when period_end_name = 'closing' then mrr else 0 end) as closing_mrr,
        sum(case when period_end_name = 'closing' then coalesce(mrr_at_opening_rate, 0) else 0 end) as closing_mrr_at_opening_rate

    from {{ ref('int_item_period_ends') }}
    group by period_type, period_start, customer_id, product_family, plan_id

),

plans as (

    select
        ends.*,
        customers.movement,
        customers.opening_mrr > 0 and customers.closing_mrr > 0 as is_customer_staying

    from ends
    inner join {{ ref('int_customer_period_ends') }} as customers
        on
            ends.period_type = customers.period_type
            and ends.period_start = customers.period_start
            and ends.customer_id = customers.customer_id
    where ends.opening_mrr <> 0 or ends.closing_mrr <> 0

),

details as (

    select
        period_type,
        period_start,
        customer_id,
        product_family,
        plan_id,
        'as_sold' as component,
        0 as amount,
        opening_mrr,
        closing_mrr
    from plans

    union all

    select
        period_type,
        period_start,
        customer_id,
        product_family,
        plan_id,
        component,
        amount,
        0,
        0
    from {{ ref('int_mrr_components') }}

    union all

    select
        period_type,
        period_start,
        customer_id,
        product_family,
        plan_id,
        'fx',
        closing_mrr - closing_mrr_at_opening_rate,
        0,
        0
    from plans
    where is_customer_staying and closing_mrr <> closing_mrr_at_opening_rate

    union all

    -- customers who came or went: one movement, told by plan
    select
        period_type,
        period_start,
        customer_id,
        product_family,
        plan_id,
        movement,
        closing_mrr - opening_mrr,
        0,
        0
    from plans
    where not is_customer_staying

)

select
    period_type,
    period_start,
    customer_id,
    product_family,
    plan_id,
    component,
    cast(amount as decimal(38, 10)) as amount,
    cast(opening_mrr as decimal(38, 10)) as opening_mrr,
    cast(closing_mrr as decimal(38, 10)) as closing_mrr

from details
