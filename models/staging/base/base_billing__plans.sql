with

raw_rows as (

    {{ raw_table('plans', key=['plan_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when lower(billing_interval) not in ('day', 'week', 'month', 'year') or interval_count < 1 then 'unknown_billing_interval'
        end as own_rule

    from folded

)

{{ judged_rows('judged') }}
