{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

months as (

    select * from {{ ref('int_months') }}

),

tickets as (

    select
        int_tickets.*,
        {{ is_named('lower(severity)', var('severe_severities') | map('lower') | list) }} as is_severe

    from {{ ref('int_tickets') }} as int_tickets
    where customer_id is not null

),

turns as (

    select * from {{ ref('int_ticket_turns') }}
    where customer_id is not null

),

-- days at whose end a ticket is open: from its creation, and from each time it is opened again, to the next turn
open_spans as (

    select
        tickets.ticket_id,
        tickets.created_date as open_from,
        coalesce(turns.turned_date, {{ forever() }}) as open_to

    from tickets
    left join turns on tickets.ticket_id = turns.ticket_id and turns.is_first

    union all

    select
        ticket_id,
        reopened_date,
        coalesce(lead(turned_date) over (partition by ticket_id order by turn_number), {{ forever() }})

    from turns

),

open_tickets as (

    select
        months.closing_day,
        tickets.customer_id,
        count(*) as tickets,
        {{ count_where('tickets.is_severe') }} as severe_tickets,
        min(case when tickets.is_severe then tickets.created_date end) as oldest_severe_date

    from open_spans
    inner join tickets on open_spans.ticket_id = tickets.ticket_id
    inner join months on open_spans.open_from <= months.closing_day and open_spans.open_to > months.closing_day
    group by months.closing_day, tickets.customer_id

),

-- a ticket that is resolved at the end of the day is so by its last turn
resolved as (

    select
        months.closing_day,
        turns.customer_id,
        turns.resolution_seconds,
        row_number() over (partition by months.closing_day, turns.customer_id order by turns.resolution_seconds) as place,
        count(*) over (partition by months.closing_day, turns.customer_id) as tickets

    from turns
    inner join months
        on {{ in_window('turns.turned_date', 'months.closing_day', 90) }} and coalesce(turns.reopened_date, {{ forever() }}) > months.closing_day

),

-- the middle one, or the two in the middle
medians as (

    select
        closing_day,
        customer_id,
        tickets,
        min(resolution_seconds) + max(resolution_seconds) as twice_the_seconds

    from resolved
    where tickets <= 2 * place and 2 * place <= tickets + 2
    group by closing_day, customer_id, tickets

),

reopened as (

    select
        months.closing_day,
        turns.customer_id,
        count(*) as tickets,
        {{ count_where('turns.reopened_date <= months.closing_day') }} as reopened_tickets

    from turns
    inner join months on {{ in_window('turns.turned_date', 'months.closing_day', 90) }}
    where turns.is_first
    group by months.closing_day, turns.customer_id

)

select
    customer_id,
    closing_day as score_day,
    'open_tickets' as measure,
    cast(tickets as decimal(38, 10)) as raw_value,
    cast(1 as bigint) as observations,
    cast(0 as integer) as age_days

from open_tickets

union all

select
    customer_id,
    closing_day,
    'open_severe_tickets',
    cast(severe_tickets as decimal(38, 10)),
    1,
    0

from open_tickets
where severe_tickets > 0

union all

select
    customer_id,
    closing_day,
    'oldest_severe_ticket_days',
    cast({{ days_between('oldest_severe_date', 'closing_day') }} as decimal(38, 10)),
    1,
    0

from open_tickets
where oldest_severe_date is not null

union all

select
    customer_id,
    closing_day,
    'median_resolution_hours',
    {{ rounded_quotient(scaled('twice_the_seconds', 10), '7200') }},
    tickets,
    0

from medians

union all

select
    customer_id,
    closing_day,
    'reopen_rate',
    {{ exact_share('reopened_tickets', 'tickets') }},
    tickets,
    0

from reopened
