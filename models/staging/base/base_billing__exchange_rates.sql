with

raw_rows as not materialized (

    {{ raw_table('exchange_rates') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'exchange_rates') }}

),

judged as (

    select
        folded.*,
        case
            when rate_to_reporting <= 0 then 'rate_not_positive'
            when not {{ is_currency_code('currency') }} then 'unknown_currency'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'exchange_rates') }}
