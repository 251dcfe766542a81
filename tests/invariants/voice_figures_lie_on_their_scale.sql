-- Shares lie in 0 to 1 with parts that do not exceed the whole; scores between the lowest and the highest answer; points in -100 to 100.
with

scales as (

    select
        metric_name,
        case
            when unit = 'ratio' then 0
            when unit = 'points' then -100
            when metric_name = 'sentiment_polarity' then -1
            when metric_name in ('customer_satisfaction_mean', 'customer_effort_score') then 1
            else 0
        end as lowest,
        case
            when unit = 'ratio' then 1
            when unit = 'points' then 100
            when metric_name = 'sentiment_polarity' then 1
            when metric_name = 'customer_satisfaction_mean' then 5
            when metric_name = 'customer_effort_score' then 7
            when metric_name = 'customer_loyalty_index' then 10
            else 100
        end as highest

    from {{ ref('metric_definitions') }}
    where family = 'voice' and metric_name not in ('customer_effort_trend', 'customer_effort_reduction_rate')

)

select
    metrics.*,
    scales.lowest,
    scales.highest

from {{ ref('metrics') }} as metrics
inner join scales on metrics.metric_name = scales.metric_name
where
    metrics.value < scales.lowest - 1e-9
    or metrics.value > scales.highest + 1e-9
    or metrics.denominator < 0
    or (scales.highest = 1 and scales.lowest = 0 and metrics.numerator > metrics.denominator)
