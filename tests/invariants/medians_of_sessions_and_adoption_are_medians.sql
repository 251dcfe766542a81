-- The medians of all customers, found by counting, against the engine's own median of the same sessions and users.
with

periods as (

    select * from {{ ref('int_periods') }}

),

units as (

    select
        'median_session_duration' as metric_name,
        started_date as unit_day,
        cast(seconds as double precision) as size
    from {{ ref('int_sessions') }}

    union all

    select
        'median_days_to_adoption',
        created_date,
        cast(days_to_adoption as double precision)
    from {{ ref('int_user_adoption') }}
    where not is_pending and days_to_adoption is not null

),

expected as (

    select
        units.metric_name,
        periods.period_type,
        periods.period_start,
        percentile_cont(0.5) within group (order by units.size) as value

    from units
    inner join periods on units.unit_day between periods.first_day and periods.closing_day
    group by units.metric_name, periods.period_type, periods.period_start

)

select
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    metrics.value,
    expected.value as expected_value

from {{ ref('metrics') }} as metrics
left join expected
    on
        metrics.metric_name = expected.metric_name
        and metrics.period_type = expected.period_type
        and metrics.period_start = expected.period_start
where
    metrics.segment_name = 'all'
    and metrics.metric_name in ('median_session_duration', 'median_days_to_adoption')
    and (
        (metrics.value is null) <> (expected.value is null)
        or abs(metrics.value - expected.value) > 1e-9 * greatest(1, abs(expected.value))
    )
