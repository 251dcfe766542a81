{#- Lengths are put into buckets of like size; the counts of the buckets tell which one holds the middle, and only its lengths are told apart. -#}
{%- set bucket = "cast(floor(10 * ln(1 + cast(session_months.seconds as double precision))) as integer)" -%}
with

period_months as (

    select * from {{ ref('int_period_months') }}

),

session_months as (

    select
        session_months.*,
        {{ bucket }} as bucket

    from {{ ref('int_customer_session_months') }} as session_months

),

-- a session counts where its customer stands at the close
set_lengths as (

    select
        period_months.period_type,
        period_months.period_start,
        balances.attribute_set,
        session_months.bucket,
        session_months.seconds,
        session_months.sessions

    from session_months
    inner join period_months on session_months.month_start = period_months.month_start
    inner join {{ ref('int_customer_balances') }} as balances
        on session_months.customer_id = balances.customer_id and period_months.closing_day = balances.state_day

),

set_buckets as (

    select
        period_type,
        period_start,
        attribute_set,
        bucket,
        max(seconds) as seconds,
        sum(sessions) as sessions

    from set_lengths
    group by period_type, period_start, attribute_set, bucket

),

-- segments as numbers, which many rows are grouped by
set_segments as (

    select
        attribute_sets.attribute_set,
        segments.segment_name,
        {{ segment_value('attribute_sets.') }} as segment_value,
        dense_rank() over (order by segments.segment_name, {{ segment_value('attribute_sets.') }}) as segment_id

    from {{ ref('int_attribute_sets') }} as attribute_sets
    cross join {{ ref('int_segments') }} as segments

),

segments as (

    select distinct
        segment_id,
        segment_name,
        segment_value

    from set_segments

),

segment_buckets as (

    select
        set_buckets.period_type,
        set_buckets.period_start,
        set_segments.segment_id,
        set_buckets.bucket,
        max(set_buckets.seconds) as seconds,
        sum(set_buckets.sessions) as sessions

    from set_buckets
    inner join set_segments on set_buckets.attribute_set = set_segments.attribute_set
    group by set_buckets.period_type, set_buckets.period_start, set_segments.segment_id, set_buckets.bucket

),

cumulated as (

    select
        segment_buckets.*,
        sum(sessions) over (partition by period_type, period_start, segment_id order by bucket) as sessions_so_far,
        sum(sessions) over (partition by period_type, period_start, segment_id) as all_sessions

    from segment_buckets

),

-- the middle one, or the two in the middle, lie in one bucket or in two
judged as (

    select
        cumulated.*,
        2 * (sessions_so_far - sessions) <= all_sessions and 2 * sessions_so_far >= all_sessions as is_middle

    from cumulated

),

middles as (

    select * from judged
    where is_middle

),

middle_buckets as (

    select distinct
        period_type,
        period_start,
        bucket

    from middles

),

middle_lengths as (

    select
        set_lengths.period_type,
        set_lengths.period_start,
        set_lengths.attribute_set,
        set_lengths.bucket,
        set_lengths.seconds,
        sum(set_lengths.sessions) as sessions

    from set_lengths
    inner join middle_buckets
        on
            set_lengths.period_type = middle_buckets.period_type
            and set_lengths.period_start = middle_buckets.period_start
            and set_lengths.bucket = middle_buckets.bucket
    group by 1, 2, 3, 4, 5

),

lengths as (

    select
        middles.period_type,
        middles.period_start,
        middles.segment_id,
        middle_lengths.seconds,
        cast(sum(middle_lengths.sessions) as bigint) as sessions

    from middle_lengths
    inner join set_segments on middle_lengths.attribute_set = set_segments.attribute_set
    inner join middles
        on
            middle_lengths.period_type = middles.period_type
            and middle_lengths.period_start = middles.period_start
            and middle_lengths.bucket = middles.bucket
            and set_segments.segment_id = middles.segment_id
    group by middles.period_type, middles.period_start, middles.segment_id, middle_lengths.seconds

    union all

    select
        period_type,
        period_start,
        segment_id,
        seconds,
        cast(sessions as bigint)

    from judged
    where not is_middle

)

select
    lengths.period_type,
    lengths.period_start,
    segments.segment_name,
    segments.segment_value,
    lengths.seconds,
    lengths.sessions

from lengths
inner join segments on lengths.segment_id = segments.segment_id
