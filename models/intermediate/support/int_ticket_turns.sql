with

as_of as (

    select * from {{ ref('int_as_of') }}

),

tickets as (

    select * from {{ ref('int_tickets') }}

),

messages as (

    select * from {{ ref('int_ticket_messages') }}

),

changes as (

    select
        changes.ticket_id,
        changes.changed_at,
        changes.changed_date,
        changes.status in ('solved', 'closed') as is_resolved,
        row_number() over (
            partition by changes.ticket_id
            order by
                changes.changed_at,
                case changes.status
                    when 'new' then 1 when 'open' then 2 when 'pending' then 3 when 'on_hold' then 4 when 'solved' then 5 else 6
                end
        ) as change_number

    from {{ ref('stg_support__ticket_status_changes') }} as changes
    inner join tickets on changes.ticket_id = tickets.ticket_id
    where changes.changed_date <= (select as_of_day from as_of)

),

-- from solved to closed is no turn
turning as (

    select
        changes.*,
        is_resolved <> coalesce(lag(is_resolved) over (partition by ticket_id order by change_number), false) as is_turn

    from changes

),

-- each turn into resolved is followed by the one out of it
turns as (

    select
        turning.*,
        lead(changed_at) over (partition by ticket_id order by change_number) as reopened_at,
        lead(changed_date) over (partition by ticket_id order by change_number) as reopened_date,
        row_number() over (partition by ticket_id, is_resolved order by change_number) as turn_number

    from turning
    where is_turn

),

-- what was said up to the turn, the messages of its instant included
said as (

    select
        turns.ticket_id,
        turns.turn_number,
        max(messages.message_number) as messages,
        max(messages.customer_runs) as customer_runs,
        max(messages.agent_messages) as agent_messages

    from turns
    inner join messages on turns.ticket_id = messages.ticket_id and turns.changed_at >= messages.sent_at
    where turns.is_resolved
    group by turns.ticket_id, turns.turn_number

)

select
    turns.ticket_id,
    turns.turn_number,
    tickets.customer_id,
    turns.changed_at as turned_at,
    turns.changed_date as turned_date,
    turns.turn_number = 1 as is_first,
    turns.reopened_at,
    turns.reopened_date,
    {{ seconds_between('tickets.created_at', 'turns.changed_at') }} as resolution_seconds,
    cast(
        {{ business_clock('clock', 'turns.changed_at') }} - tickets.created_business_clock as decimal(38, 10)
    ) as resolution_business_seconds,
    cast(coalesce(said.messages, 0) as bigint) as messages,
    coalesce(said.customer_runs, 0) as customer_runs,
    coalesce(said.agent_messages, 0) as agent_messages,
    -- decided once the days in which it may be reopened are over
    {{ add_days('turns.changed_date', var('fcr_reopen_days')) }} > as_of.as_of_day as is_reopening_open,
    coalesce(said.customer_runs, 0) = 1
    and coalesce(turns.reopened_date > {{ add_days('turns.changed_date', var('fcr_reopen_days')) }}, true) as is_first_contact,
    coalesce(said.agent_messages, 0) = 1 as is_one_touch,
    {{ unit_attributes('spans.') }}

from turns
cross join as_of
inner join tickets on turns.ticket_id = tickets.ticket_id
left join said on turns.ticket_id = said.ticket_id and turns.turn_number = said.turn_number
left join {{ ref('int_customer_spans') }} as spans
    on tickets.customer_id = spans.customer_id and turns.changed_date >= spans.valid_from and turns.changed_date < spans.valid_to
left join {{ ref('int_business_time') }} as clock on {{ in_business_piece('clock', 'turns.changed_at') }}
where turns.is_resolved
