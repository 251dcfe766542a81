-- The medians of all customers, found through buckets, against the engine's own median of the same durations; as-of-close resolutions included.
with

periods as (

    select * from {{ ref('int_periods') }}

),

durations as (

    select
        'median_response_time' as metric_name,
        replied_date as unit_day,
        cast(null as date) as reopened_date,
        response_seconds as seconds
    from {{ ref('int_ticket_replies') }}

    union all

    select
        'median_first_response_time',
        created_date,
        cast(null as date),
        first_response_seconds
    from {{ ref('int_ticket_timings') }}
    where first_response_seconds is not null

    union all

    select
        'median_resolution_time',
        turned_date,
        reopened_date,
        resolution_seconds
    from {{ ref('int_ticket_turns') }}

),

expected as (

    select
        durations.metric_name,
        periods.period_type,
        periods.period_start,
        percentile_cont(0.5) within group (order by cast(durations.seconds as double precision)) as value

    from durations
    inner join periods
        on
            durations.unit_day between periods.first_day and periods.closing_day
            and coalesce(durations.reopened_date > periods.closing_day, true)
    group by durations.metric_name, periods.period_type, periods.period_start

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
    and metrics.metric_name in ('median_response_time', 'median_first_response_time', 'median_resolution_time')
    and (
        (metrics.value is null) <> (expected.value is null)
        or abs(metrics.value - expected.value) > 1e-9 * greatest(1, abs(expected.value))
    )
