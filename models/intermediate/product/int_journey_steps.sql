with

steps as (

    select
        journey,
        milestone,
        is_required,
        is_value_moment,
        cast(floor(coalesce(target_days, {{ var('journey_target_days') }})) as integer) as target_days,
        row_number() over (partition by journey order by step_rank) as step_number

    from {{ ref('stg_product__journeys') }}

),

first_journey as (

    select journey from steps
    order by {{ text_order('journey') }}
    limit 1

)

select
    steps.*,
    {% if var('adoption_journey') -%}
    steps.journey = {{ dbt.string_literal(dbt.escape_single_quotes(var('adoption_journey') | string)) }} as is_adoption_journey
    {%- else -%}
    steps.journey = first_journey.journey as is_adoption_journey
    {%- endif %}

from steps
cross join first_journey
