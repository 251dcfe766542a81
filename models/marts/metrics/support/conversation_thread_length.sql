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

conversation_thread_length as (

    select
        'conversation_thread_length' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(messages as decimal(38, 10)) as numerator,
        cast(resolved_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_messages) and exists (select 1 from ticket_status_changes)

)

select * from conversation_thread_length
