-- A weighted mean of components lies between the smallest and the largest of those present, and there is none without any.
with

components as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        case metric_name
            when 'customer_satisfaction_normalised_mean' then value
            when 'customer_effort_index' then 100 - value
            else (value + 100) / 2
        end as component

    from {{ ref('metrics') }}
    where
        metric_name in ('customer_satisfaction_normalised_mean', 'customer_effort_index', 'net_promoter_score', 'net_sentiment')
        and value is not null

),

bounds as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        min(component) as smallest,
        max(component) as largest

    from components
    group by period_type, period_start, segment_name, segment_value

)

select
    indices.period_type,
    indices.period_start,
    indices.segment_name,
    indices.segment_value,
    indices.value,
    bounds.smallest,
    bounds.largest

from {{ ref('metrics') }} as indices
left join bounds
    on
        indices.period_type = bounds.period_type
        and indices.period_start = bounds.period_start
        and indices.segment_name = bounds.segment_name
        and indices.segment_value = bounds.segment_value
where
    indices.metric_name = 'customer_satisfaction_index'
    and indices.value is not null
    and not coalesce(indices.value between bounds.smallest - 1e-9 and bounds.largest + 1e-9, false)
