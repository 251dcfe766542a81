with

periods as (

    select * from {{ ref('int_periods') }}

),

item_states as (

    select * from {{ ref('int_item_states') }}

),

rates as (

    select * from {{ ref('int_state_day_rates') }}

)

select
    periods.period_type,
    periods.period_start,
    'opening' as period_end_name,
    item_states.customer_id,
    item_states.plan_id,
    item_states.product_family,
    item_states.quantity,
    item_states.is_held,
    item_states.mrr,
    item_states.mrr as mrr_at_opening_rate,
    {{ converted('item_states.list_mrr_local', 'rates.rate') }} as list_mrr_at_opening_rate

from periods
inner join item_states on periods.opening_day = item_states.state_day
inner join rates on periods.opening_day = rates.state_day and item_states.currency = rates.currency

union all

select
    periods.period_type,
    periods.period_start,
    'closing',
    item_states.customer_id,
    item_states.plan_id,
    item_states.product_family,
    item_states.quantity,
    item_states.is_held,
    item_states.mrr,
    {{ converted('item_states.mrr_local', 'rates.rate') }},
    {{ converted('item_states.list_mrr_local', 'rates.rate') }}

from periods
inner join item_states on periods.closing_day = item_states.state_day
inner join rates on periods.opening_day = rates.state_day and item_states.currency = rates.currency
