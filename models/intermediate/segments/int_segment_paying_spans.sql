with

-- spans of paying as steps of a counter: up on the first day, down on the first day after
steps as (

    select
        segments.segment_name,
        {{ segment_value('spans.') }} as segment_value,
        spans.valid_from as step_day,
        count(*) as step

    from {{ ref('int_customer_spans') }} as spans
    cross join {{ ref('int_segments') }} as segments
    where spans.is_paying
    group by 1, 2, 3

    union all

    select
        segments.segment_name,
        {{ segment_value('spans.') }} as segment_value,
        spans.valid_to,
        -count(*)

    from {{ ref('int_customer_spans') }} as spans
    cross join {{ ref('int_segments') }} as segments
    where spans.is_paying
    group by 1, 2, 3

),

step_days as (

    select
        segment_name,
        segment_value,
        step_day,
        sum(step) as step

    from steps
    group by segment_name, segment_value, step_day

),

levels as (

    select
        segment_name,
        segment_value,
        step_day as valid_from,
        -- none of the last step, which is down to nobody
        lead(step_day) over (partition by segment_name, segment_value order by step_day) as valid_to,
        sum(step) over (partition by segment_name, segment_value order by step_day) as paying_customers

    from step_days
    where step <> 0

)

select * from levels
where paying_customers > 0
