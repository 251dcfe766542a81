with

steps as (

    select * from {{ ref('int_journey_steps') }}
    where is_adoption_journey

),

milestones as (

    select * from {{ ref('int_customer_milestones') }}

),

entered as (

    select
        milestones.customer_id,
        milestones.reached_day as entered_day

    from milestones
    inner join steps on milestones.milestone = steps.milestone and steps.step_number = 1

),

-- up to the first step that is missing, in whatever order the others were reached
progress as (

    select
        entered.customer_id,
        entered.entered_day,
        max(steps.step_number) as steps_in_journey,
        coalesce(min(case when milestones.customer_id is null then steps.step_number end) - 1, max(steps.step_number)) as steps_reached

    from entered
    cross join steps
    left join milestones on entered.customer_id = milestones.customer_id and steps.milestone = milestones.milestone
    group by entered.customer_id, entered.entered_day

)

select
    progress.customer_id,
    progress.entered_day,
    cast(progress.steps_in_journey as integer) as steps_in_journey,
    cast(progress.steps_reached as integer) as steps_reached,
    {{ segment_attributes('spans.') }}

from progress
inner join {{ ref('int_customer_spans') }} as spans
    on progress.customer_id = spans.customer_id and progress.entered_day >= spans.valid_from and progress.entered_day < spans.valid_to
