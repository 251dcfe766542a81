with

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

customers as (

    select * from {{ ref('int_customers') }}

)

select
    tickets.ticket_id,
    tickets.customer_id,
    tickets.assignee_id,
    tickets.channel,
    tickets.severity,
    tickets.created_by,
    tickets.created_at,
    tickets.created_date,
    cast({{ business_clock('clock', 'tickets.created_at') }} as decimal(38, 10)) as created_business_clock,
    {{ unit_attributes('spans.') }}

from tickets
left join customers on tickets.customer_id = customers.customer_id
left join {{ ref('int_customer_spans') }} as spans
    on tickets.customer_id = spans.customer_id and tickets.created_date >= spans.valid_from and tickets.created_date < spans.valid_to
left join {{ ref('int_business_time') }} as clock on {{ in_business_piece('clock', 'tickets.created_at') }}
where
    not tickets.is_spam
    and coalesce(tickets.merged_into_ticket_id, tickets.ticket_id) = tickets.ticket_id
    -- a ticket may name nobody, but not a test customer
    and (tickets.customer_id is null or customers.customer_id is not null)
    and tickets.created_date <= (select as_of_day from {{ ref('int_as_of') }})
