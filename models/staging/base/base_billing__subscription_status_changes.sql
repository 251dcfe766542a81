with

raw_rows as (

    {{ raw_table('subscription_status_changes', key=['subscription_id', 'status', 'changed_at']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged') }}
