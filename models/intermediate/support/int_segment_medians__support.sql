{#- Values are put into buckets of like size; the counts of the buckets tell which one holds the middle, and only its values are ordered. -#}
{%- set bucket = "cast(floor(20 * ln(1 + cast(durations.seconds as double precision))) as integer)" -%}
with

durations as (

    select
        'response' as duration,
        replied_date as unit_day,
        cast(null as date) as reopened_date,
        response_seconds as seconds,
        {{ segment_attributes() }}

    from {{ ref('int_ticket_replies') }}

    union all

    select
        'first_response',
        created_date,
        cast(null as date),
        first_response_seconds,
        {{ segment_attributes() }}

    from {{ ref('int_ticket_timings') }}
    where first_response_seconds is not null

    union all

    select
        'resolution',
        turned_date,
        reopened_date,
        resolution_seconds,
        {{ segment_attributes() }}

    from {{ ref('int_ticket_turns') }}

),

segment_durations as (

    select
        durations.duration,
        months.month_start,
        -- the month in which a resolved ticket was opened again: at the closes from there on it is none of the resolved
        coalesce({{ month_of('durations.reopened_date') }}, {{ forever() }}) as until_month,
        segments.segment_name,
        {{ segment_value('durations.') }} as segment_value,
        durations.seconds,
        {{ bucket }} as bucket

    from durations
    inner join {{ ref('int_months') }} as months
        on {{ month_of('durations.unit_day') }} = months.month_start and durations.unit_day >= months.first_day
    cross join {{ ref('int_segments') }} as segments

),

period_months as (

    select
        period_months.period_type,
        period_months.period_start,
        period_months.month_start,
        periods.closing_day

    from {{ ref('int_period_months') }} as period_months
    inner join {{ ref('int_periods') }} as periods
        on period_months.period_type = periods.period_type and period_months.period_start = periods.period_start

),

month_buckets as (

    select
        duration,
        month_start,
        until_month,
        segment_name,
        segment_value,
        bucket,
        count(*) as units

    from segment_durations
    group by duration, month_start, until_month, segment_name, segment_value, bucket

),

period_buckets as (

    select
        month_buckets.duration,
        period_months.period_type,
        period_months.period_start,
        month_buckets.segment_name,
        month_buckets.segment_value,
        month_buckets.bucket,
        sum(month_buckets.units) as units

    from month_buckets
    inner join period_months
        on month_buckets.month_start = period_months.month_start and month_buckets.until_month > period_months.closing_day
    group by 1, 2, 3, 4, 5, 6

),

cumulated as (

    select
        period_buckets.*,
        sum(units) over (
            partition by duration, period_type, period_start, segment_name, segment_value order by bucket
        ) - units as units_before,
        sum(units) over (partition by duration, period_type, period_start, segment_name, segment_value) as all_units

    from period_buckets

),

-- the middle one, or the two in the middle, are the ranks n with all_units <= 2 n <= all_units + 2, and lie in one bucket or two
middle_buckets as (

    select * from cumulated
    where 2 * units_before <= all_units and 2 * (units_before + units) >= all_units

),

ranked as (

    select
        middle_buckets.duration,
        middle_buckets.period_type,
        middle_buckets.period_start,
        middle_buckets.segment_name,
        middle_buckets.segment_value,
        middle_buckets.all_units,
        segment_durations.seconds,
        middle_buckets.units_before + row_number() over (
            partition by
                middle_buckets.duration,
                middle_buckets.period_type,
                middle_buckets.period_start,
                middle_buckets.segment_name,
                middle_buckets.segment_value,
                middle_buckets.bucket
            order by segment_durations.seconds
        ) as place

    from middle_buckets
    inner join period_months
        on middle_buckets.period_type = period_months.period_type and middle_buckets.period_start = period_months.period_start
    inner join segment_durations
        on
            period_months.month_start = segment_durations.month_start
            and middle_buckets.duration = segment_durations.duration
            and middle_buckets.segment_name = segment_durations.segment_name
            and middle_buckets.segment_value = segment_durations.segment_value
            and middle_buckets.bucket = segment_durations.bucket
            and segment_durations.until_month > period_months.closing_day

)

select
    duration,
    period_type,
    period_start,
    segment_name,
    segment_value,
    avg(cast(seconds as double precision)) as median_seconds

from ranked
where all_units <= 2 * place and 2 * place <= all_units + 2
group by duration, period_type, period_start, segment_name, segment_value
