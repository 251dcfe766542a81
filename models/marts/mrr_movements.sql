{{ config(materialized='view') }}

with

attribute_sets as (

    select * from {{ ref('int_attribute_sets') }}

),

-- what was won stands where the close puts it, everything about opening customers where the opening does
movements as (

    select
        period_type,
        period_start,
        customer_id,
        movement,
        case when opening_mrr > 0 then closing_mrr_at_opening_rate - opening_mrr else closing_mrr end as amount,
        opening_mrr,
        closing_mrr,
        case when movement in ('new', 'reactivation', 'resumed') then closing_set else opening_set end as attribute_set

    from {{ ref('int_customer_period_changes') }}
    where movement <> 'none'

    union all

    select
        period_type,
        period_start,
        customer_id,
        'fx',
        closing_mrr - closing_mrr_at_opening_rate,
        opening_mrr,
        closing_mrr,
        opening_set

    from {{ ref('int_customer_period_changes') }}
    where opening_mrr > 0 and closing_mrr > 0 and closing_mrr <> closing_mrr_at_opening_rate

    union all

    select
        'day',
        movement_day,
        customer_id,
        movement,
        amount,
        opening_mrr,
        closing_mrr,
        attribute_set

    from {{ ref('int_customer_movement_days') }}

),

moved as (

    select
        ends.period_type,
        ends.period_start,
        ends.customer_id,
        ends.opening_mrr,
        ends.closing_mrr,
        ends.opening_set,
        ends.closing_set,
        segments.segment_name,
        {{ segment_value('opening_sets.') }} as from_value,
        {{ segment_value('closing_sets.') }} as to_value

    from {{ ref('int_customer_period_changes') }} as ends
    inner join attribute_sets as opening_sets on ends.opening_set = opening_sets.attribute_set
    inner join attribute_sets as closing_sets on ends.closing_set = closing_sets.attribute_set
    cross join {{ ref('int_segments') }} as segments
    where ends.opening_mrr > 0 and ends.closing_mrr > 0 and ends.opening_set <> ends.closing_set and segments.segment_name <> 'all'

),

mrr_movements as (

    select
        period_type,
        period_start,
        customer_id,
        movement,
        cast(null as varchar) as segment_name,
        cast(null as varchar) as segment_value,
        cast(null as varchar) as from_value,
        cast(null as varchar) as to_value,
        amount,
        opening_mrr,
        closing_mrr,
        attribute_set
    from movements

    union all

    select
        period_type,
        period_start,
        customer_id,
        'transfer',
        segment_name,
        from_value,
        from_value,
        to_value,
        -closing_mrr,
        opening_mrr,
        closing_mrr,
        opening_set
    from moved
    where from_value <> to_value

    union all

    select
        period_type,
        period_start,
        customer_id,
        'transfer',
        segment_name,
        to_value,
        from_value,
        to_value,
        closing_mrr,
        opening_mrr,
        closing_mrr,
        closing_set
    from moved
    where from_value <> to_value

)

select
    mrr_movements.period_type,
    mrr_movements.period_start,
    coalesce(periods.period_end, {{ add_days('mrr_movements.period_start', 1) }}) as period_end,
    mrr_movements.customer_id,
    mrr_movements.movement,
    mrr_movements.segment_name,
    mrr_movements.segment_value,
    mrr_movements.from_value,
    mrr_movements.to_value,
    cast(mrr_movements.amount as decimal(38, 10)) as amount,
    mrr_movements.opening_mrr,
    mrr_movements.closing_mrr,
    {{ segment_attributes('attribute_sets.') }}

from mrr_movements
inner join attribute_sets on mrr_movements.attribute_set = attribute_sets.attribute_set
left join {{ ref('int_periods') }} as periods
    on mrr_movements.period_type = periods.period_type and mrr_movements.period_start = periods.period_start
