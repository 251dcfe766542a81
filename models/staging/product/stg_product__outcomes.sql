with

outcomes as (

    select * from {{ ref('base_product__outcomes') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    outcomes.outcome_id,
    coalesce(merges.into_customer_id, outcomes.customer_id) as customer_id,
    lower(outcomes.outcome_type) as outcome_type,
    outcomes.baseline,
    outcomes.value,
    lower(outcomes.unit) as unit,
    upper(outcomes.currency) as currency,
    coalesce(outcomes.is_self_reported, false) as is_self_reported,
    outcomes.measured_at,
    outcomes.measured_date

from outcomes
left join merges on outcomes.customer_id = merges.from_customer_id
