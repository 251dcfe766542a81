with

tickets as (

    select
        ticket_id,
        created_at

    from {{ ref('base_support__tickets') }}
    where fate = 'staged'

),

raw_rows as not materialized (

    {{ raw_table('ticket_messages') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'ticket_messages') }}

),

judged as (

    select
        folded.*,
        case
            when tickets.ticket_id is null then 'unknown_ticket'
            when lower(folded.author_type) not in ('customer', 'agent', 'bot') then 'unknown_author_type'
            when folded.sent_at < tickets.created_at then 'before_ticket_created'
        end as own_rule

    from folded
    left join tickets on folded.ticket_id = tickets.ticket_id

)

{{ judged_rows('judged', 'ticket_messages') }}
