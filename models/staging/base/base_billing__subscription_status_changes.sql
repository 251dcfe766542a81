with

raw_rows as not materialized (

    {{ raw_table('subscription_status_changes') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'subscription_status_changes') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged', 'subscription_status_changes') }}
