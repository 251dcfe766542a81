{%- set as_of_day = "(select as_of_day from " ~ ref('int_as_of') ~ ")" -%}
with

payers as (

    select * from {{ ref('int_score_days') }}
    where score_day = {{ as_of_day }}

),

contracts as (

    select * from {{ ref('int_customer_contracts') }}
    where score_day = {{ as_of_day }}

),

contract_lifetimes as (

    select * from {{ ref('int_customer_lifetimes') }}
    where score_day = {{ as_of_day }}

),

parameters as (

    select parameters.*
    from {{ ref('contract_lifetimes') }} as parameters
    inner join {{ ref('int_models_in_force') }} as models on parameters.model_version = models.model_version
    where models.kind = 'contract_lifetime'

),

purchases as (

    select * from {{ ref('int_purchase_summaries') }}

),

expectations as (

    select * from {{ ref('int_purchase_expectations') }}

),

-- the month that holds the as-of day, so that contract values average to the metric of that month
margins as (

    select company_margins.gross_margin_rate
    from {{ ref('int_company_margins') }} as company_margins
    where
        company_margins.period_type = 'month'
        and company_margins.period_start = {{ month_of(as_of_day) }}
        and exists (select 1 from {{ ref('stg_growth__costs') }})
        and exists (select 1 from {{ ref('stg_billing__invoice_lines') }})

),

customers as (

    select customer_id from payers
    union
    select customer_id from purchases

),

known as (

    select
        customers.customer_id,
        payers.mrr,
        payers.first_paid_day,
        contracts.billing_months,
        contracts.tenure_months as months_served,
        contract_lifetimes.parameter_segment_name,
        contract_lifetimes.parameter_segment_value,
        parameters.alpha,
        parameters.beta,
        contract_lifetimes.expected_discounted_months,
        cast(contract_lifetimes.expected_revenue as double precision) * margins.gross_margin_rate as contract_value,
        purchases.first_order_day,
        purchases.last_order_day,
        purchases.frequency as repeat_purchases,
        purchases.recency_weeks,
        purchases.age_weeks,
        purchases.mean_repeat_amount,
        expectations.probability_alive,
        expectations.expected_purchases,
        expectations.expected_amount,
        cast(expectations.expected_purchases as double precision)
        * cast(expectations.expected_amount as double precision) * margins.gross_margin_rate as purchase_value,
        margins.gross_margin_rate

    from customers
    left join payers on customers.customer_id = payers.customer_id
    left join contracts on customers.customer_id = contracts.customer_id
    left join contract_lifetimes on customers.customer_id = contract_lifetimes.customer_id
    left join parameters
        on
            contract_lifetimes.billing_months = parameters.billing_months
            and contract_lifetimes.parameter_segment_name = parameters.segment_name
            and contract_lifetimes.parameter_segment_value = parameters.segment_value
    left join purchases on customers.customer_id = purchases.customer_id
    left join expectations on customers.customer_id = expectations.customer_id
    left join margins on true

)

select
    cast(known.customer_id as varchar) as customer_id,
    as_of.as_of_day,
    cast(known.mrr as decimal(38, 10)) as mrr,
    known.first_paid_day,
    cast(known.billing_months as integer) as billing_months,
    cast(known.months_served as integer) as months_served,
    cast(known.parameter_segment_name as varchar) as parameter_segment_name,
    cast(known.parameter_segment_value as varchar) as parameter_segment_value,
    cast(known.alpha as double precision) as alpha,
    cast(known.beta as double precision) as beta,
    cast(known.expected_discounted_months as double precision) as expected_discounted_months,
    known.contract_value,
    known.first_order_day,
    known.last_order_day,
    known.repeat_purchases,
    known.recency_weeks,
    known.age_weeks,
    known.mean_repeat_amount,
    cast(known.probability_alive as double precision) as probability_alive,
    cast(known.expected_purchases as double precision) as expected_purchases,
    cast(known.expected_amount as double precision) as expected_amount,
    known.purchase_value,
    known.gross_margin_rate,
    case
        when known.contract_value is not null or known.purchase_value is not null
            then coalesce(known.contract_value, 0) + coalesce(known.purchase_value, 0)
    end as lifetime_value

from known
cross join {{ ref('int_as_of') }} as as_of
