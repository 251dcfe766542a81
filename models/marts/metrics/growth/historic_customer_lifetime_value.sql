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

historic_customer_lifetime_value as (

    select
        'historic_customer_lifetime_value' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(revenue_to_date - cogs_to_date as decimal(38, 10)) as numerator,
        cast(customers_to_date as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

)

select * from historic_customer_lifetime_value
