with

raw_rows as not materialized (

    {{ raw_table('plans') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'plans') }}

),

judged as (

    select
        folded.*,
        case
            when lower(billing_interval) not in ('day', 'week', 'month', 'year') or interval_count < 1 then 'unknown_billing_interval'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'plans') }}
