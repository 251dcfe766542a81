with

segment_periods as (

    select * from {{ ref('int_segment_periods__support') }}

),

tickets as (

    select * from {{ ref('stg_support__tickets') }}

),

tickets_per_customer as (

    select
        'tickets_per_customer' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(created_tickets as decimal(38, 10)) as numerator,
        cast(closing_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from tickets)

)

select * from tickets_per_customer
