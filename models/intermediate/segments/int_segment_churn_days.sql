with

levels as (

    select * from {{ ref('int_segment_paying_spans') }}

),

events as (

    select
        segments.segment_name,
        {{ segment_value('events.') }} as segment_value,
        events.churn_day,
        events.day_before,
        count(*) as churn_events

    from {{ ref('int_churn_events') }} as events
    cross join {{ ref('int_segments') }} as segments
    where not events.is_dropped
    group by 1, 2, 3, 4

)

-- the days on which somebody left, and how many had been paying the day before
select
    events.segment_name,
    events.segment_value,
    events.churn_day,
    events.churn_events,
    cast(coalesce(levels.paying_customers, 0) as bigint) as paying_customers_day_before

from events
left join levels
    on
        events.segment_name = levels.segment_name
        and events.segment_value = levels.segment_value
        and events.day_before >= levels.valid_from
        and events.day_before < levels.valid_to
