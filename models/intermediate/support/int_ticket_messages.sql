with

tickets as (

    select * from {{ ref('int_tickets') }}

),

sent as (

    select
        messages.ticket_id,
        messages.message_id,
        messages.author_type,
        messages.sent_at,
        messages.sent_date

    from {{ ref('stg_support__ticket_messages') }} as messages
    inner join tickets on messages.ticket_id = tickets.ticket_id
    where
        messages.is_public
        and messages.author_type in ('customer', 'agent')
        and messages.sent_date <= (select as_of_day from {{ ref('int_as_of') }})

),

-- a ticket that a customer created is itself that customer's first message, where no row of that instant is
messages as (

    select * from sent

    union all

    select
        tickets.ticket_id,
        '' as message_id,
        'customer' as author_type,
        tickets.created_at,
        tickets.created_date

    from tickets
    where
        tickets.created_by = 'customer'
        and not exists (
            select 1 from sent
            where sent.ticket_id = tickets.ticket_id and sent.sent_at = tickets.created_at and sent.author_type = 'customer'
        )

),

ordered as (

    select
        messages.*,
        row_number() over (
            partition by ticket_id order by sent_at, case author_type when 'customer' then 0 else 1 end, {{ text_order('message_id') }}
        ) as message_number

    from messages

),

followed as (

    select
        ordered.*,
        author_type = 'customer' as is_customer,
        coalesce(lag(author_type) over (partition by ticket_id order by message_number) = 'customer', false) as follows_customer

    from ordered

),

-- a run is what a customer writes before an agent answers
counted as (

    select
        followed.*,
        sum(case when is_customer and not follows_customer then 1 else 0 end) over (
            partition by ticket_id order by message_number
        ) as customer_runs,
        sum(case when is_customer then 0 else 1 end) over (partition by ticket_id order by message_number) as agent_messages

    from followed

)

select
    ticket_id,
    message_number,
    message_id,
    author_type,
    sent_at,
    sent_date,
    cast(customer_runs as bigint) as customer_runs,
    cast(agent_messages as bigint) as agent_messages,
    not is_customer and follows_customer as is_reply,
    case
        when not is_customer and follows_customer
            then
                {{ seconds_between(
                    'min(case when is_customer then sent_at end) over (partition by ticket_id, customer_runs)', 'sent_at'
                ) }}
    end as response_seconds

from counted
