with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

ticket_messages as (

    select * from {{ ref('stg_support__ticket_messages') }}

),

ticket_status_changes as (

    select * from {{ ref('stg_support__ticket_status_changes') }}

),

first_contact_resolution_rate as (

    select
        'first_contact_resolution_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(first_contacts as decimal(38, 10)) as numerator,
        cast(due_first_contacts as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages) and exists (select 1 from ticket_status_changes)

),

first_contact_resolution_rate_of_all as (

    select
        'first_contact_resolution_rate_of_all' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(first_contacts_of_all as decimal(38, 10)) as numerator,
        cast(due_first_contacts_of_all as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages) and exists (select 1 from ticket_status_changes)

),

one_touch_resolution_rate as (

    select
        'one_touch_resolution_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(one_touch_tickets as decimal(38, 10)) as numerator,
        cast(first_resolved_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages) and exists (select 1 from ticket_status_changes)

)

select * from first_contact_resolution_rate
union all
select * from first_contact_resolution_rate_of_all
union all
select * from one_touch_resolution_rate
