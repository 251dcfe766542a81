with

replies as (

    select
        ticket_id,
        count(*) as replies,
        sum(response_seconds) as response_seconds

    from {{ ref('int_ticket_replies') }}
    group by ticket_id

),

messages as (

    select
        ticket_id,
        count(*) as messages,
        max(customer_runs) as customer_runs

    from {{ ref('int_ticket_messages') }}
    group by ticket_id

),

turns as (

    select
        ticket_id,
        count(*) as solves

    from {{ ref('int_ticket_turns') }}
    group by ticket_id

),

-- the turn after which the ticket has stayed resolved to the as-of day
last_turns as (

    select * from {{ ref('int_ticket_turns') }}
    where reopened_at is null

),

tickets as (

    select
        timings.ticket_id,
        timings.customer_id,
        timings.assignee_id,
        timings.channel,
        timings.severity,
        timings.created_by,
        timings.created_at,
        timings.created_date,
        timings.first_response_at,
        timings.first_response_seconds,
        timings.first_response_business_seconds,
        timings.first_solved_at,
        timings.first_solved_date,
        timings.first_resolution_seconds,
        timings.first_resolution_business_seconds,
        last_turns.turned_at as last_solved_at,
        last_turns.turned_date as last_solved_date,
        last_turns.resolution_seconds,
        last_turns.resolution_business_seconds,
        last_turns.messages as messages_to_last_solve,
        coalesce(messages.messages, 0) as messages,
        coalesce(messages.customer_runs, 0) as customer_runs,
        coalesce(replies.replies, 0) as replies,
        cast(coalesce(replies.response_seconds, 0) as decimal(38, 10)) as response_seconds,
        coalesce(turns.solves, 0) as solves,
        timings.first_reopened_date,
        timings.first_reopened_date is not null as is_reopened,
        timings.is_resolved_in_window,
        timings.is_resolution_pending,
        timings.is_first_contact,
        timings.is_reopening_open as is_first_contact_pending,
        timings.is_first_contact_in_window,
        timings.is_first_contact_of_all_pending as is_first_contact_in_window_pending,
        timings.is_one_touch,
        timings.plan,
        timings.product_family,
        timings.country,
        timings.industry,
        timings.company_size,
        timings.acquisition_channel,
        timings.csm

    from {{ ref('int_ticket_timings') }} as timings
    left join replies on timings.ticket_id = replies.ticket_id
    left join messages on timings.ticket_id = messages.ticket_id
    left join turns on timings.ticket_id = turns.ticket_id
    left join last_turns on timings.ticket_id = last_turns.ticket_id

)

select * from tickets
