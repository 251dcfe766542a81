{{ config(materialized='view') }}
{%- set attributes = ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
with

customer_periods as (

    select
        customer_periods.*,
        movement in ('new', 'reactivation', 'resumed') as is_won_in_period

    from {{ ref('int_customer_periods') }} as customer_periods

),

customer_days as (

    select * from {{ ref('int_customer_movement_days') }}

),

-- what was won stands where the close puts it, everything about opening customers where the opening does
movements as (

    select
        period_type,
        period_start,
        period_end,
        customer_id,
        movement,
        cast(null as varchar) as segment_name,
        cast(null as varchar) as segment_value,
        cast(null as varchar) as from_value,
        cast(null as varchar) as to_value,
        new_mrr + reactivation_mrr + resumed_mrr + expansion_mrr - contraction_mrr - churned_mrr - paused_mrr as amount,
        opening_mrr,
        closing_mrr,
        {% for name in attributes -%}
        case when is_won_in_period then closing_{{ name }} else opening_{{ name }} end as {{ name }}{{ ',' if not loop.last }}
        {% endfor %}
    from customer_periods
    where movement <> 'none'

    union all

    select
        period_type,
        period_start,
        period_end,
        customer_id,
        'fx',
        null,
        null,
        null,
        null,
        fx_mrr,
        opening_mrr,
        closing_mrr,
        {{ segment_attributes('opening_') }}

    from customer_periods
    where fx_mrr <> 0

),

moved as (

    select
        customer_periods.*,
        segments.segment_name,
        {{ segment_value('customer_periods.opening_') }} as from_value,
        {{ segment_value('customer_periods.closing_') }} as to_value

    from customer_periods
    cross join {{ ref('int_segments') }} as segments
    where customer_periods.opening_mrr > 0 and customer_periods.closing_mrr > 0 and segments.segment_name <> 'all'

),

transfers as (

    select
        period_type,
        period_start,
        period_end,
        customer_id,
        'transfer' as movement,
        segment_name,
        from_value as segment_value,
        from_value,
        to_value,
        -closing_mrr as amount,
        opening_mrr,
        closing_mrr,
        {{ segment_attributes('opening_') }}

    from moved
    where from_value <> to_value

    union all

    select
        period_type,
        period_start,
        period_end,
        customer_id,
        'transfer',
        segment_name,
        to_value,
        from_value,
        to_value,
        closing_mrr,
        opening_mrr,
        closing_mrr,
        {{ segment_attributes('closing_') }}

    from moved
    where from_value <> to_value

),

day_movements as (

    select
        'day' as period_type,
        movement_day as period_start,
        {{ add_days('movement_day', 1) }} as period_end,
        customer_id,
        movement,
        cast(null as varchar) as segment_name,
        cast(null as varchar) as segment_value,
        cast(null as varchar) as from_value,
        cast(null as varchar) as to_value,
        amount,
        opening_mrr,
        closing_mrr,
        {{ segment_attributes() }}

    from customer_days

),

mrr_movements as (

    select * from movements
    union all
    select * from transfers
    union all
    select * from day_movements

)

select
    period_type,
    period_start,
    period_end,
    customer_id,
    movement,
    segment_name,
    segment_value,
    from_value,
    to_value,
    cast(amount as decimal(38, 10)) as amount,
    cast(opening_mrr as decimal(38, 10)) as opening_mrr,
    cast(closing_mrr as decimal(38, 10)) as closing_mrr,
    {{ segment_attributes() }}

from mrr_movements
