with

steps as (

    select * from {{ ref('int_journey_steps') }}
    where is_adoption_journey

),

progress as (

    select * from {{ ref('int_segment_funnel_progress') }}

),

reached as (

    select
        progress.period_type,
        progress.period_start,
        progress.segment_name,
        progress.segment_value,
        steps.journey,
        steps.step_number,
        steps.milestone,
        steps.is_required,
        sum(case when progress.steps_reached >= steps.step_number then progress.customers else 0 end) as customers,
        sum(progress.customers) as entered_customers

    from progress
    cross join steps
    group by
        progress.period_type, progress.period_start, progress.segment_name, progress.segment_value,
        steps.journey, steps.step_number, steps.milestone, steps.is_required

),

followed as (

    select
        reached.*,
        lag(customers, 1, entered_customers) over (
            partition by period_type, period_start, segment_name, segment_value order by step_number
        ) as customers_before

    from reached

)

select
    cast(followed.period_type as {{ dbt.type_string() }}) as period_type,
    followed.period_start,
    periods.period_end,
    cast(followed.segment_name as {{ dbt.type_string() }}) as segment_name,
    cast(followed.segment_value as {{ dbt.type_string() }}) as segment_value,
    cast(followed.journey as {{ dbt.type_string() }}) as journey,
    cast(followed.step_number as integer) as step_number,
    cast(followed.milestone as {{ dbt.type_string() }}) as milestone,
    followed.is_required,
    cast(followed.customers as bigint) as customers,
    cast(followed.customers_before - followed.customers as bigint) as dropped_customers,
    cast(followed.customers as double precision) / nullif(cast(followed.customers_before as double precision), 0) as step_conversion_rate,
    cast(followed.customers as double precision) / cast(followed.entered_customers as double precision) as cumulative_conversion_rate,
    1 - cast(followed.customers as double precision) / nullif(cast(followed.customers_before as double precision), 0) as drop_off_rate

from followed
inner join {{ ref('int_periods') }} as periods
    on followed.period_type = periods.period_type and followed.period_start = periods.period_start
