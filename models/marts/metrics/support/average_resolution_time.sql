with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

ticket_status_changes as (

    select * from {{ ref('stg_support__ticket_status_changes') }}

),

average_resolution_time as (

    select
        'average_resolution_time' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(resolution_seconds as decimal(38, 10)) as numerator,
        cast(resolved_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_status_changes)

),

average_resolution_time_business as (

    select
        'average_resolution_time_business' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(resolution_business_seconds as decimal(38, 10)) as numerator,
        cast(resolved_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_status_changes)

),

average_first_resolution_time as (

    select
        'average_first_resolution_time' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(first_resolution_seconds as decimal(38, 10)) as numerator,
        cast(first_resolved_tickets as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from ticket_status_changes)

)

select * from average_resolution_time
union all
select * from average_resolution_time_business
union all
select * from average_first_resolution_time
