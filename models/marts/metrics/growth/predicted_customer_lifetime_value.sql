with

segment_periods as (

    select * from {{ ref('int_segment_periods__growth') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

segment_lifetimes as (

    select * from {{ ref('int_segment_lifetimes') }}

),

company_margins as (

    select * from {{ ref('int_company_margins') }}

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'contract_lifetime'

),

costs as (

    select * from {{ ref('stg_growth__costs') }}

),

invoice_lines as (

    select * from {{ ref('stg_billing__invoice_lines') }}

),

predicted_customer_lifetime_value as (

    select
        'predicted_customer_lifetime_value' as metric_name,
        segment_periods.period_type,
        segment_periods.period_start,
        segment_periods.segment_name,
        segment_periods.segment_value,
        cast(segment_lifetimes.expected_revenue as double precision) * company_margins.gross_margin_rate / segment_lifetimes.customers as value

    from segment_periods
    inner join periods
        on segment_periods.period_type = periods.period_type and segment_periods.period_start = periods.period_start
    inner join company_margins
        on segment_periods.period_type = company_margins.period_type and segment_periods.period_start = company_margins.period_start
    left join segment_lifetimes
        on
            periods.closing_day = segment_lifetimes.score_day
            and segment_periods.segment_name = segment_lifetimes.segment_name
            and segment_periods.segment_value = segment_lifetimes.segment_value
    where exists (select 1 from models) and exists (select 1 from costs) and exists (select 1 from invoice_lines)

)

select * from predicted_customer_lifetime_value
