with

first_rates as (

    select * from {{ ref('base_billing__first_rates') }}

),

reporting as (

    select * from {{ ref('base_billing__reporting_currency') }}

),

raw_rows as not materialized (

    {{ raw_table('outcomes') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'outcomes') }}

),

judged as (

    select
        folded.*,
        case
            when lower(folded.outcome_type) not in ('cost_saving', 'efficiency_gain', 'revenue_growth') then 'unknown_outcome_type'
            when lower(folded.unit) not in ('money', 'ratio') then 'unknown_unit'
            when lower(folded.unit) = 'ratio' then null
            when folded.currency is null then 'unknown_currency'
            else {{ currency_rule('folded.currency', 'measured_date') }}
        end as own_rule

    from folded
    cross join reporting
    left join first_rates on upper(folded.currency) = first_rates.currency

)

{{ judged_rows('judged', 'outcomes') }}
