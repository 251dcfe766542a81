with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

costs as (

    select * from {{ ref('stg_growth__costs') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

gross_margin_rate as (

    select
        'gross_margin_rate' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(invoiced_recurring_revenue - cogs as decimal(38, 10)) as numerator,
        cast(invoiced_recurring_revenue as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

)

select * from gross_margin_rate
