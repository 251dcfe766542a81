with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

ticket_status_changes as (

    select * from {{ ref('stg_support__ticket_status_changes') }}

),

ticket_resolution_rate as (

    select
        'ticket_resolution_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(resolved_in_window as decimal(38, 10)) as numerator,
        cast(due_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_status_changes)

)

select * from ticket_resolution_rate
