with

tickets as (

    select * from {{ ref('base_support__tickets') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    tickets.ticket_id,
    coalesce(merges.into_customer_id, tickets.customer_id) as customer_id,
    tickets.requester_id,
    tickets.assignee_id,
    tickets.channel,
    tickets.severity,
    lower(tickets.status) as status,
    tickets.created_at,
    tickets.created_date,
    lower(tickets.created_by) as created_by,
    tickets.merged_into_ticket_id,
    coalesce(tickets.is_spam, false) as is_spam

from tickets
left join merges on tickets.customer_id = merges.from_customer_id
