with

ticket_messages as (

    select * from {{ ref('base_support__ticket_messages') }}
    where fate = 'staged'

)

select
    ticket_messages.message_id,
    ticket_messages.ticket_id,
    ticket_messages.author_id,
    lower(ticket_messages.author_type) as author_type,
    ticket_messages.is_public,
    ticket_messages.sent_at,
    ticket_messages.sent_date,
    ticket_messages.body

from ticket_messages
