with

first_rates as (

    select * from {{ ref('base_billing__first_rates') }}

),

reporting as (

    select * from {{ ref('base_billing__reporting_currency') }}

),

raw_rows as (

    {{ raw_table('orders', key=['order_id']) }}

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
                    when amount < 0 then 'negative_amount'
                    else {{ currency_rule('folded.currency', 'ordered_date') }}
                end
            )
        end as rule

    from folded
    cross join reporting
    left join first_rates on upper(folded.currency) = first_rates.currency

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
