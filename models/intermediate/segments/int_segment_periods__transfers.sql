with

-- customers paying at both ends; their money moves where an attribute changed in between
staying as (

    select
        period_type,
        period_start,
        {{ segment_attributes('opening_') }},
        {{ segment_attributes('closing_') }},
        sum(closing_mrr) as closing_mrr

    from {{ ref('int_customer_periods') }}
    where opening_mrr > 0 and closing_mrr > 0
    group by period_type, period_start, {{ segment_attributes('opening_') }}, {{ segment_attributes('closing_') }}

),

moved as (

    select
        staying.period_type,
        staying.period_start,
        segments.segment_name,
        {{ segment_value('staying.opening_') }} as from_value,
        {{ segment_value('staying.closing_') }} as to_value,
        staying.closing_mrr

    from staying
    cross join {{ ref('int_segments') }} as segments

),

transfers as (

    select period_type, period_start, segment_name, to_value as segment_value, closing_mrr as transferred_mrr from moved
    where from_value <> to_value
    union all
    select period_type, period_start, segment_name, from_value, -closing_mrr from moved
    where from_value <> to_value

)

select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(transferred_mrr) as decimal(38, 10)) as transferred_mrr

from transfers
group by period_type, period_start, segment_name, segment_value
