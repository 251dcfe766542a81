with

staying as (

    select * from {{ ref('int_change_sums__transfers') }}

),

moved as (

    select
        staying.period_type,
        staying.period_start,
        segments.segment_name,
        {{ segment_value('opening_sets.') }} as from_value,
        {{ segment_value('closing_sets.') }} as to_value,
        staying.closing_mrr

    from staying
    inner join {{ ref('int_attribute_sets') }} as opening_sets on staying.opening_set = opening_sets.attribute_set
    inner join {{ ref('int_attribute_sets') }} as closing_sets on staying.closing_set = closing_sets.attribute_set
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
