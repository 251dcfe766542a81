with

tickets as (

    select * from {{ ref('int_segment_periods__support_tickets') }}
    where segment_name = 'all'

),

resolutions as (

    select * from {{ ref('int_segment_periods__support_resolutions') }}
    where segment_name = 'all'

)

select
    'ticket_resolution_rate' as metric_name,
    period_type,
    period_start,
    pending_resolutions as pending_units
from tickets
where pending_resolutions > 0

union all

select
    'first_contact_resolution_rate_of_all',
    period_type,
    period_start,
    pending_first_contacts_of_all
from tickets
where pending_first_contacts_of_all > 0

union all

select
    'first_contact_resolution_rate',
    period_type,
    period_start,
    pending_first_contacts
from resolutions
where pending_first_contacts > 0
