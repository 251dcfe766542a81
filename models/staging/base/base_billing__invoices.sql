with

first_rates as (

    select * from {{ ref('base_billing__first_rates') }}

),

reporting as (

    select * from {{ ref('base_billing__reporting_currency') }}

),

raw_rows as not materialized (

    {{ raw_table('invoices') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'invoices') }}

),

judged as (

    select
        folded.*,
        {{ currency_rule('folded.currency', 'issued_date') }} as own_rule

    from folded
    cross join reporting
    left join first_rates on upper(folded.currency) = first_rates.currency

)

{{ judged_rows('judged', 'invoices') }}
