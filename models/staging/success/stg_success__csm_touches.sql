with

csm_touches as (

    select * from {{ ref('base_success__csm_touches') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    csm_touches.touch_id,
    coalesce(merges.into_customer_id, csm_touches.customer_id) as customer_id,
    csm_touches.csm_id,
    csm_touches.kind,
    csm_touches.occurred_at,
    csm_touches.occurred_date

from csm_touches
left join merges on csm_touches.customer_id = merges.from_customer_id
