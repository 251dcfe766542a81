with

segment_periods as (

    select * from {{ ref('int_segment_periods__product') }}

),

adoption_days as (

    select * from {{ ref('int_segment_adoption_days') }}

),

users as (

    select * from {{ ref('stg_product__users') }}

),

usage_events as (

    select * from {{ ref('stg_product__usage_events') }}

),

counted as (

    select
        adoption_days.*,
        sum(users) over (partition by period_type, period_start, segment_name, segment_value order by days_to_adoption) as users_so_far,
        sum(users) over (partition by period_type, period_start, segment_name, segment_value) as all_users

    from adoption_days
    where not is_pending and days_to_adoption is not null

),

-- of an odd number both are the middle one
middles as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        min(case when 2 * users_so_far >= all_users then days_to_adoption end) as lower_middle,
        min(case when 2 * users_so_far > all_users then days_to_adoption end) as upper_middle

    from counted
    group by period_type, period_start, segment_name, segment_value

),

median_days_to_adoption as (

    select
        'median_days_to_adoption' as metric_name,
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
    where exists (select 1 from users) and exists (select 1 from usage_events)

)

select * from median_days_to_adoption
