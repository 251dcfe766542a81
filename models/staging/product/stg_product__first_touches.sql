with

first_touches as (

    select * from {{ ref('base_product__first_touches') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    coalesce(merges.into_customer_id, first_touches.customer_id) as customer_id,
    min(first_touches.first_interaction_at) as first_interaction_at,
    min(first_touches.first_interaction_date) as first_interaction_date,
    min(first_touches.signed_at) as signed_at,
    min(first_touches.signed_date) as signed_date

from first_touches
left join merges on first_touches.customer_id = merges.from_customer_id
group by 1
