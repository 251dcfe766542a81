with

raw_rows as (

    {{ raw_table('exchange_rates', key=['rate_date', 'currency']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

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

{{ judged_rows('judged') }}
