with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

lengths as (

    select * from {{ ref('int_segment_session_lengths') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

sessions as (

    select * from {{ ref('stg_product__sessions') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

counted as (

    select
        lengths.*,
        sum(sessions) over (partition by period_type, period_start, segment_name, segment_value order by seconds) as sessions_so_far,
        sum(sessions) over (partition by period_type, period_start, segment_name, segment_value) as all_sessions

    from lengths

),

-- of an odd number both are the middle one
middles as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        min(case when 2 * sessions_so_far >= all_sessions then seconds end) as lower_middle,
        min(case when 2 * sessions_so_far > all_sessions then seconds end) as upper_middle

    from counted
    group by period_type, period_start, segment_name, segment_value

),

median_session_duration as (

    select
        'median_session_duration' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(middles.lower_middle + middles.upper_middle as double precision) / 2 as value

    from segment_periods
    left join middles
        on
            segment_periods.period_type = middles.period_type
            and segment_periods.period_start = middles.period_start
            and segment_periods.segment_name = middles.segment_name
            and segment_periods.segment_value = middles.segment_value
    where
        exists (select 1 from users)
        and (exists (select 1 from sessions) or exists (select 1 from usage_events))

)

select * from median_session_duration
