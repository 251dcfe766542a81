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

-- a margin of 0 or less never pays anything back
rates as (

    select
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(segment_periods.acquisition_cost as double precision) / nullif(segment_periods.new_customers, 0) as acquisition_cost,
        nullif(cast(segment_periods.new_mrr as double precision), 0) / nullif(segment_periods.customers_of_class_new, 0) as selling_price,
        nullif(cast(segment_periods.closing_mrr as double precision), 0) / nullif(segment_periods.closing_customers, 0) as revenue_per_account,
        case when company_margins.gross_margin_rate > 0 then company_margins.gross_margin_rate end as gross_margin_rate

    from segment_periods
    inner join company_margins
        on segment_periods.period_type = company_margins.period_type and segment_periods.period_start = company_margins.period_start
    where exists (select 1 from costs) and exists (select 1 from invoice_lines)

),

cac_payback_months as (

    select
        'cac_payback_months' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        acquisition_cost / (selling_price * gross_margin_rate) as value

    from rates

),

cac_payback_months_all_accounts as (

    select
        'cac_payback_months_all_accounts' as metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        acquisition_cost / (revenue_per_account * gross_margin_rate) as value

    from rates

)

select * from cac_payback_months
union all
select * from cac_payback_months_all_accounts
