with

as_of as (

    select * from {{ ref('int_as_of') }}

),

tickets as (

    select * from {{ ref('int_tickets') }}

),

-- the first human answer; what an agent wrote to begin with answers nobody
first_responses as (

    select
        tickets.ticket_id,
        min(messages.sent_at) as first_response_at

    from tickets
    inner join {{ ref('int_ticket_messages') }} as messages
        on
            tickets.ticket_id = messages.ticket_id
            and messages.agent_messages = case tickets.created_by when 'agent' then 2 else 1 end
            and messages.author_type = 'agent'
    group by tickets.ticket_id

),

first_turns as (

    select * from {{ ref('int_ticket_turns') }}
    where is_first

),

timed as (

    select
        tickets.*,
        first_responses.first_response_at,
        {{ seconds_between('tickets.created_at', 'first_responses.first_response_at') }} as first_response_seconds,
        cast(
            {{ business_clock('clock', 'first_responses.first_response_at') }} - tickets.created_business_clock as decimal(38, 10)
        ) as first_response_business_seconds,
        first_turns.turned_at as first_solved_at,
        first_turns.turned_date as first_solved_date,
        first_turns.resolution_seconds as first_resolution_seconds,
        first_turns.resolution_business_seconds as first_resolution_business_seconds,
        first_turns.reopened_date as first_reopened_date,
        first_turns.is_first_contact,
        first_turns.is_one_touch,
        first_turns.is_reopening_open,
        coalesce(
            first_turns.turned_date <= {{ add_days('tickets.created_date', var('resolution_window_days')) }}, false
        ) as is_resolved_in_window,
        {{ add_days('tickets.created_date', var('resolution_window_days')) }} > as_of.as_of_day as is_resolution_pending,
        {{ add_days('tickets.created_date', var('resolution_window_days') + var('fcr_reopen_days')) }}
        > as_of.as_of_day as is_first_contact_of_all_pending

    from tickets
    cross join as_of
    left join first_responses on tickets.ticket_id = first_responses.ticket_id
    left join first_turns on tickets.ticket_id = first_turns.ticket_id
    left join {{ ref('int_business_time') }} as clock on {{ in_business_piece('clock', 'first_responses.first_response_at') }}

)

select
    timed.*,
    is_resolved_in_window and is_first_contact as is_first_contact_in_window

from timed
