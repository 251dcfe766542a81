-- The mart tickets leads to the same figures as the metrics: those of creation by its day, those of first solves by theirs, all customers.
with

periods as (

    select * from {{ ref('int_periods') }}

),

tickets as (

    select * from {{ ref('tickets') }}

),

created as (

    select
        periods.period_type,
        periods.period_start,
        count(*) as tickets,
        sum(coalesce(tickets.first_response_seconds, 0)) as first_response_seconds,
        sum(coalesce(tickets.first_response_business_seconds, 0)) as first_response_business_seconds,
        count(tickets.first_response_seconds) as answered,
        {{ count_where('not tickets.is_resolution_pending') }} as due,
        {{ count_where('not tickets.is_resolution_pending and tickets.is_resolved_in_window') }} as in_window,
        {{ count_where('not tickets.is_first_contact_in_window_pending') }} as due_first_contacts,
        {{ count_where('not tickets.is_first_contact_in_window_pending and tickets.is_first_contact_in_window') }} as first_contacts

    from periods
    inner join tickets on tickets.created_date between periods.first_day and periods.closing_day
    group by periods.period_type, periods.period_start

),

solved as (

    select
        periods.period_type,
        periods.period_start,
        count(*) as tickets,
        sum(tickets.first_resolution_seconds) as first_resolution_seconds,
        {{ count_where('tickets.is_one_touch') }} as one_touch,
        {{ count_where('not tickets.is_first_contact_pending') }} as due_first_contacts,
        {{ count_where('not tickets.is_first_contact_pending and tickets.is_first_contact') }} as first_contacts

    from periods
    inner join tickets on tickets.first_solved_date between periods.first_day and periods.closing_day
    group by periods.period_type, periods.period_start

),

expected as (

    select 'average_first_response_time' as metric_name, period_type, period_start, first_response_seconds as numerator, answered as denominator from created
    union all
    select 'average_first_response_time_business', period_type, period_start, first_response_business_seconds, answered from created
    union all
    select 'ticket_resolution_rate', period_type, period_start, in_window, due from created
    union all
    select 'first_contact_resolution_rate_of_all', period_type, period_start, first_contacts, due_first_contacts from created
    union all
    select 'average_first_resolution_time', period_type, period_start, first_resolution_seconds, tickets from solved
    union all
    select 'one_touch_resolution_rate', period_type, period_start, one_touch, tickets from solved
    union all
    select 'first_contact_resolution_rate', period_type, period_start, first_contacts, due_first_contacts from solved

)

select
    metrics.metric_name,
    metrics.period_type,
    metrics.period_start,
    metrics.numerator,
    expected.numerator as numerator_of_tickets,
    metrics.denominator,
    expected.denominator as denominator_of_tickets

from {{ ref('metrics') }} as metrics
left join expected
    on
        metrics.metric_name = expected.metric_name
        and metrics.period_type = expected.period_type
        and metrics.period_start = expected.period_start
where
    metrics.segment_name = 'all'
    and metrics.metric_name in (
        'average_first_response_time', 'average_first_response_time_business', 'ticket_resolution_rate', 'first_contact_resolution_rate_of_all',
        'average_first_resolution_time', 'one_touch_resolution_rate', 'first_contact_resolution_rate'
    )
    and (metrics.numerator <> coalesce(expected.numerator, 0) or metrics.denominator <> coalesce(expected.denominator, 0))
