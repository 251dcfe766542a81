with

csm_assignments as (

    select * from {{ ref('base_success__csm_assignments') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    coalesce(merges.into_customer_id, csm_assignments.customer_id) as customer_id,
    csm_assignments.csm_id,
    csm_assignments.assigned_from,
    csm_assignments.assigned_from_date,
    csm_assignments.assigned_to,
    csm_assignments.assigned_to_date

from csm_assignments
left join merges on csm_assignments.customer_id = merges.from_customer_id
