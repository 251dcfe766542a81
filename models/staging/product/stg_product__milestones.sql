with

milestones as (

    select * from {{ ref('base_product__milestones') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    coalesce(merges.into_customer_id, milestones.customer_id) as customer_id,
    milestones.user_id,
    milestones.milestone,
    milestones.reached_at,
    milestones.reached_date

from milestones
left join merges on milestones.customer_id = merges.from_customer_id
