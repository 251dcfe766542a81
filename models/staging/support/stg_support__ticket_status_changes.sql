with

ticket_status_changes as (

    select * from {{ ref('base_support__ticket_status_changes') }}
    where fate = 'staged'

)

select
    ticket_status_changes.ticket_id,
    lower(ticket_status_changes.status) as status,
    ticket_status_changes.changed_at,
    ticket_status_changes.changed_date

from ticket_status_changes
