-- Trend and reduction rate tell of one change: the rate has the other sign, and is there wherever the trend is, unless nothing was to reduce.
with

changes as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'customer_effort_trend' then value end) as trend,
        max(case when metric_name = 'customer_effort_reduction_rate' then value end) as reduction_rate

    from {{ ref('metrics') }}
    where metric_name in ('customer_effort_trend', 'customer_effort_reduction_rate')
    group by period_type, period_start, segment_name, segment_value

)

select * from changes
where
    sign(trend) <> -sign(reduction_rate)
    or reduction_rate > 1
    or (trend is null and reduction_rate is not null)
    -- without a rate the effort was 0 before, and cannot have fallen
    or (trend < 0 and reduction_rate is null)
