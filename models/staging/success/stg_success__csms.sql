with

csms as (

    select * from {{ ref('base_success__csms') }}
    where fate = 'staged'

)

select
    csms.csm_id,
    csms.name,
    csms.fte,
    csms.team,
    csms.employed_from,
    csms.employed_from_date,
    csms.employed_to,
    csms.employed_to_date

from csms
