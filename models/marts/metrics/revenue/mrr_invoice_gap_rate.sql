with

segment_periods as (

    select * from {{ ref('int_segment_periods__revenue') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

mrr_invoice_gap_rate as (

    select
        'mrr_invoice_gap_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(monthly_average_mrr - invoiced_recurring_revenue as decimal(38, 10)) as numerator,
        cast(monthly_average_mrr as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from invoice_lines)

)

select * from mrr_invoice_gap_rate
