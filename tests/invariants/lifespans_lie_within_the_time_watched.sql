with

lifespans as (

    select metrics.*
    from {{ ref('metrics') }} as metrics
    where metrics.metric_name = 'customer_lifespan_months_survival'

),

longest as (

    select
        periods.period_type,
        periods.period_start,
        steps.segment_name,
        steps.segment_value,
        least(max(steps.age_months), {{ var('lifespan_cap_months') }}) as months_watched

    from {{ ref('int_periods') }} as periods
    inner join {{ ref('int_survival_steps') }} as steps on periods.closing_day = steps.closing_day
    group by periods.period_type, periods.period_start, steps.segment_name, steps.segment_value

)

-- null exactly where nobody has been watched for a month
select
    lifespans.*,
    longest.months_watched

from lifespans
left join longest
    on
        lifespans.period_type = longest.period_type
        and lifespans.period_start = longest.period_start
        and lifespans.segment_name = longest.segment_name
        and lifespans.segment_value = longest.segment_value
where
    lifespans.value < 0
    or lifespans.value > longest.months_watched + 1e-9
    or (lifespans.value is null) <> (coalesce(longest.months_watched, 0) = 0)
