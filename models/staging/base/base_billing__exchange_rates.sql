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
            when duplicate_fate = 'folded' then null
            else coalesce(
                missing_key_rule,
                duplicate_fate,
                unparseable_rule,
                missing_rule,
                case
                    when rate_to_reporting <= 0 then 'rate_not_positive'
                    when not {{ is_currency_code('currency') }} then 'unknown_currency'
                end
            )
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
