with

steps as (

    select * from {{ ref('int_survival_steps') }}

),

longest as (

    select
        closing_day,
        segment_name,
        segment_value,
        max(age_months) as last_age

    from steps
    group by closing_day, segment_name, segment_value

)

-- the area under the curve: month k is lived by those who stayed beyond age k
select
    longest.closing_day,
    longest.segment_name,
    longest.segment_value,
    sum(steps.survival) as lifespan_months

from longest
inner join steps
    on
        longest.closing_day = steps.closing_day
        and longest.segment_name = steps.segment_name
        and longest.segment_value = steps.segment_value
where steps.age_months < least(longest.last_age, {{ var('lifespan_cap_months') }})
group by longest.closing_day, longest.segment_name, longest.segment_value
