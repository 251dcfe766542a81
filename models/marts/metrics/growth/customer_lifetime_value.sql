with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

company_margins as (

    select * from {{ ref('int_company_margins') }}

),

costs as (

    select * from {{ ref('stg_growth__costs') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

-- an account's revenue is the segment's own, the margin the whole company's
rates as (

    select
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(segment_periods.closing_mrr as double precision) / nullif(segment_periods.closing_customers, 0) as revenue_per_account,
        company_margins.gross_margin_rate,
        {{ monthly_churn_rate(
            'segment_periods.churned_customers', 'segment_periods.opening_customers', 'segment_periods.months_in_period'
        ) }} as churn_rate,
        {{ monthly_churn_rate(
            'segment_periods.churned_customers_of_six_months', 'segment_periods.opening_customers_of_six_months', '1'
        ) }} as smoothed_churn_rate

    from segment_periods
    inner join company_margins
        on segment_periods.period_type = company_margins.period_type and segment_periods.period_start = company_margins.period_start

),

customer_lifetime_value as (

    select
        'customer_lifetime_value' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        revenue_per_account * gross_margin_rate / churn_rate as value

    from rates
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

),

customer_lifetime_value_without_margin as (

    select
        'customer_lifetime_value_without_margin' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        revenue_per_account / churn_rate as value

    from rates

),

customer_lifetime_value_smoothed as (

    select
        'customer_lifetime_value_smoothed' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        revenue_per_account * gross_margin_rate / smoothed_churn_rate as value

    from rates
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

)

select * from customer_lifetime_value
union all
select * from customer_lifetime_value_without_margin
union all
select * from customer_lifetime_value_smoothed
