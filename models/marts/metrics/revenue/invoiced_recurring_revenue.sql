with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

invoiced_recurring_revenue as (

    select
        'invoiced_recurring_revenue' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(invoiced_recurring_revenue as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from invoice_lines)

)

select * from invoiced_recurring_revenue
