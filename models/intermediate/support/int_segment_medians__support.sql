{#- Values are put into buckets of like size; the counts of the buckets tell which one holds the middle, and only its values are ordered. -#}
{%- set bucket = "cast(floor(10 * ln(1 + cast(durations.seconds as double precision))) as integer)" -%}
{%- set attribute_set = hash_of(segment_attributes().split(', ')) -%}
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

-- segments as numbers, which many rows are grouped by
attribute_sets as (

    select distinct
        {{ attribute_set }} as attribute_set,
        {{ segment_attributes() }}

    from durations

),

set_segments as (

    select
        attribute_sets.attribute_set,
        segments.segment_name,
        {{ segment_value('attribute_sets.') }} as segment_value,
        dense_rank() over (order by segments.segment_name, {{ segment_value('attribute_sets.') }}) as segment_id

    from attribute_sets
    cross join {{ ref('int_segments') }} as segments

),

segments as (

    select distinct
        segment_id,
        segment_name,
        segment_value

    from set_segments

),

set_durations as (

    select
        durations.duration,
        months.month_start,
        -- the month in which a resolved ticket was opened again: at the closes from there on it is none of the resolved
        coalesce({{ month_of('durations.reopened_date') }}, {{ forever() }}) as until_month,
        {{ attribute_set }} as attribute_set,
        durations.seconds,
        {{ bucket }} as bucket

    from durations
    inner join {{ ref('int_months') }} as months
        on {{ month_of('durations.unit_day') }} = months.month_start and durations.unit_day >= months.first_day

),

segment_durations as (

    select
        set_durations.duration,
        set_durations.month_start,
        set_durations.until_month,
        set_segments.segment_id,
        set_durations.seconds,
        set_durations.bucket

    from set_durations
    inner join set_segments on set_durations.attribute_set = set_segments.attribute_set

),

period_months as (

    select * from {{ ref('int_period_months') }}

),

month_buckets as (

    select
        duration,
        month_start,
        until_month,
        segment_id,
        bucket,
        count(*) as units

    from segment_durations
    group by duration, month_start, until_month, segment_id, bucket

),

period_buckets as (

    select
        month_buckets.duration,
        period_months.period_type,
        period_months.period_start,
        month_buckets.segment_id,
        month_buckets.bucket,
        sum(month_buckets.units) as units

    from month_buckets
    inner join period_months
        on month_buckets.month_start = period_months.month_start and month_buckets.until_month > period_months.closing_day
    group by 1, 2, 3, 4, 5

),

cumulated as (

    select
        period_buckets.*,
        sum(units) over (
            partition by duration, period_type, period_start, segment_id order by bucket
        ) - units as units_before,
        sum(units) over (partition by duration, period_type, period_start, segment_id) as all_units

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
        middle_buckets.segment_id,
        middle_buckets.all_units,
        segment_durations.seconds,
        middle_buckets.units_before + row_number() over (
            partition by
                middle_buckets.duration,
                middle_buckets.period_type,
                middle_buckets.period_start,
                middle_buckets.segment_id,
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
            and middle_buckets.segment_id = segment_durations.segment_id
            and middle_buckets.bucket = segment_durations.bucket
            and segment_durations.until_month > period_months.closing_day

)

select
    ranked.duration,
    ranked.period_type,
    ranked.period_start,
    segments.segment_name,
    segments.segment_value,
    avg(cast(ranked.seconds as double precision)) as median_seconds

from ranked
inner join segments on ranked.segment_id = segments.segment_id
where ranked.all_units <= 2 * ranked.place and 2 * ranked.place <= ranked.all_units + 2
group by ranked.duration, ranked.period_type, ranked.period_start, segments.segment_name, segments.segment_value
