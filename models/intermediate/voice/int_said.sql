with

as_of as (

    select * from {{ ref('int_as_of') }}

),

-- tickets that count: no spam, none merged into another
tickets as (

    select
        ticket_id,
        customer_id

    from {{ ref('stg_support__tickets') }}
    where not is_spam and (merged_into_ticket_id is null or merged_into_ticket_id = ticket_id)

),

-- whatever a customer wrote, or a source labelled
said as (

    select
        'survey:' || response_id as text_id,
        'survey_' || survey_type as channel,
        customer_id,
        comment as text,
        responded_at as said_at,
        responded_date as text_day,
        cast(null as varchar) as source_label,
        cast(null as varchar) as source_theme

    from {{ ref('stg_voice__survey_responses') }}
    where comment is not null and responded_at is not null

    union all

    select
        'ticket_message:' || messages.message_id,
        'ticket_message',
        tickets.customer_id,
        messages.body,
        messages.sent_at,
        messages.sent_date,
        null,
        null

    from {{ ref('stg_support__ticket_messages') }} as messages
    inner join tickets on messages.ticket_id = tickets.ticket_id
    where messages.author_type = 'customer' and messages.is_public and messages.body is not null

    union all

    select
        'feedback:' || feedback_id,
        channel,
        customer_id,
        text,
        received_at,
        received_date,
        sentiment_label,
        theme

    from {{ ref('stg_voice__feedback') }}
    where text is not null or sentiment_label is not null

)

select said.*
from said
left join {{ ref('int_customers') }} as customers on said.customer_id = customers.customer_id
where
    said.text_day <= (select as_of_day from as_of)
    -- a customer who is named and not counted is a test
    and (said.customer_id is null or customers.customer_id is not null)
