with

journeys as (

    select * from {{ ref('base_product__journeys') }}
    where fate = 'staged'

)

select
    journeys.journey,
    journeys.step_rank,
    journeys.milestone,
    journeys.is_required,
    journeys.is_value_moment,
    journeys.target_days

from journeys
