with

users as (

    select user_id from {{ ref('base_product__users') }}
    where fate = 'staged'

),

raw_rows as not materialized (

    {{ raw_table('usage_events') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'usage_events') }}

),

judged as (

    select
        folded.*,
        case
            when user_id is not null and user_id not in (select user_id from users) then 'unknown_user'
            when event_count < 0 then 'negative_count'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'usage_events') }}
