with

first_rates as (

    select * from {{ ref('base_billing__first_rates') }}

),

reporting as (

    select * from {{ ref('base_billing__reporting_currency') }}

),

raw_rows as not materialized (

    {{ raw_table('costs') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'costs') }}

),

judged as (

    select
        folded.*,
        case
            when lower(folded.purpose) not in ('acquisition', 'retention', 'cogs') then 'unknown_purpose'
            when period_end < period_start then 'end_before_start'
            when amount < 0 then 'negative_amount'
            else {{ currency_rule('folded.currency', 'incurred_date') }}
        end as own_rule

    from folded
    cross join reporting
    left join first_rates on upper(folded.currency) = first_rates.currency

)

{{ judged_rows('judged', 'costs') }}
