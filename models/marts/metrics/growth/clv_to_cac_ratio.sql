with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}
    where segment_name in ('all', 'acquisition_channel')

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

rates as (

    select
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(segment_periods.closing_mrr as double precision) / nullif(segment_periods.closing_customers, 0)
        * company_margins.gross_margin_rate
        / {{ monthly_churn_rate(
            'segment_periods.churned_customers', 'segment_periods.opening_customers', 'segment_periods.months_in_period'
        ) }} as lifetime_value,
        cast(segment_periods.acquisition_cost as double precision) / nullif(segment_periods.new_customers, 0) as acquisition_cost

    from segment_periods
    inner join company_margins
        on segment_periods.period_type = company_margins.period_type and segment_periods.period_start = company_margins.period_start
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

),

clv_to_cac_ratio as (

    select
        'clv_to_cac_ratio' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        lifetime_value / nullif(acquisition_cost, 0) as value

    from rates

)

select * from clv_to_cac_ratio
