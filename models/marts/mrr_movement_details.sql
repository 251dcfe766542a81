{{ config(materialized='view') }}

with

periods as (

    select * from {{ ref('int_periods') }}

),

item_states as (

    select * from {{ ref('int_item_states') }}

),

rates as (

    select * from {{ ref('int_state_day_rates') }}

),

customers as (

    select * from {{ ref('int_customer_period_ends') }}

),

item_ends as (

    select
        periods.period_type,
        periods.period_start,
        item_states.customer_id,
        item_states.product_family,
        item_states.plan_id,
        item_states.mrr as opening_mrr,
        0 as closing_mrr,
        0 as closing_mrr_at_opening_rate

    from periods
    inner join item_states on periods.opening_day = item_states.state_day

    union all

    select
        periods.period_type,
        periods.period_start,
        item_states.customer_id,
        item_states.product_family,
        item_states.plan_id,
        0,
        item_states.mrr,
        {{ converted('item_states.mrr_local', 'rates.rate') }}

    from periods
    inner join item_states on periods.closing_day = item_states.state_day
    inner join rates on periods.opening_day = rates.state_day and item_states.currency = rates.currency

),

ends as (

    select
        period_type,
        period_start,
        customer_id,
        product_family,
        plan_id,
        sum(opening_mrr) as opening_mrr,
        sum(closing_mrr) as closing_mrr,
        sum(closing_mrr_at_opening_rate) as closing_mrr_at_opening_rate

    from item_ends
    group by period_type, period_start, customer_id, product_family, plan_id

),

plans as (

    select
        ends.*,
        customers.movement,
        customers.opening_mrr > 0 and customers.closing_mrr > 0 as is_customer_staying

    from ends
    inner join customers
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
        customers.period_type,
        customers.period_start,
        customers.customer_id,
        components.product_family,
        components.plan_id,
        components.component,
        components.amount,
        0,
        0
    from customers
    inner join {{ ref('int_mrr_components') }} as components
        on
            customers.customer_id = components.customer_id
            and customers.opening_since = components.opening_since
            and customers.closing_since = components.closing_since
    where components.component <> 'retained'

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
