select
    messages.ticket_id,
    messages.message_number,
    tickets.customer_id,
    messages.sent_at as replied_at,
    messages.sent_date as replied_date,
    messages.response_seconds,
    {{ unit_attributes('spans.') }}

from {{ ref('int_ticket_messages') }} as messages
inner join {{ ref('int_tickets') }} as tickets on messages.ticket_id = tickets.ticket_id
left join {{ ref('int_customer_spans') }} as spans
    on tickets.customer_id = spans.customer_id and messages.sent_date >= spans.valid_from and messages.sent_date < spans.valid_to
where messages.is_reply
