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

customer_retention_cost as (

    select
        'customer_retention_cost' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retention_cost as decimal(38, 10)) as numerator,
        cast(null as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs)

),

customer_retention_cost_per_customer as (

    select
        'customer_retention_cost_per_customer' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retention_cost as decimal(38, 10)) as numerator,
        cast(0.5 * (opening_customers + closing_customers) as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs)

),

customer_retention_cost_per_retained_customer as (

    select
        'customer_retention_cost_per_retained_customer' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retention_cost as decimal(38, 10)) as numerator,
        cast(retained_customers as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs)

),

customer_retention_cost_share as (

    select
        'customer_retention_cost_share' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(retention_cost as decimal(38, 10)) as numerator,
        cast(invoiced_recurring_revenue as decimal(38, 10)) as denominator

    from segment_periods
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

)

select * from customer_retention_cost
union all
select * from customer_retention_cost_per_customer
union all
select * from customer_retention_cost_per_retained_customer
union all
select * from customer_retention_cost_share
