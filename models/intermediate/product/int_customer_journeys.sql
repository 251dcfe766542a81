with

as_of as (

    select * from {{ ref('int_as_of') }}

),

steps as (

    select * from {{ ref('int_journey_steps') }}

),

milestones as (

    select * from {{ ref('int_customer_milestones') }}

),

targets as (

    select
        journey,
        max(target_days) as target_days

    from steps
    where is_required
    group by journey

),

started as (

    select
        milestones.customer_id,
        steps.journey,
        milestones.reached_day as start_day,
        {{ add_days('milestones.reached_day', 'targets.target_days') }} as due_day

    from milestones
    inner join steps on milestones.milestone = steps.milestone and steps.step_number = 1
    inner join targets on steps.journey = targets.journey

),

judged as (

    select
        started.customer_id,
        started.journey,
        started.start_day,
        started.due_day,
        not {{ any_true(
            'milestones.reached_day is null or milestones.reached_day > ' ~ add_days('started.start_day', 'steps.target_days')
        ) }} as is_complete

    from started
    inner join steps on started.journey = steps.journey and steps.is_required
    left join milestones on started.customer_id = milestones.customer_id and steps.milestone = milestones.milestone
    where started.due_day <= (select as_of_day from as_of)
    group by started.customer_id, started.journey, started.start_day, started.due_day

)

select
    judged.customer_id,
    judged.journey,
    judged.start_day,
    judged.due_day,
    judged.is_complete,
    {{ segment_attributes('spans.') }}

from judged
inner join {{ ref('int_customer_spans') }} as spans
    on judged.customer_id = spans.customer_id and judged.due_day >= spans.valid_from and judged.due_day < spans.valid_to
