with

users as (

    select user_id from {{ ref('base_product__users') }}
    where fate = 'staged'

),

raw_rows as not materialized (

    {{ raw_table('sessions') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'sessions') }}

),

judged as (

    select
        folded.*,
        case
            when ended_at < started_at then 'end_before_start'
            when {{ seconds_between('started_at', 'ended_at') }} > {{ var('max_session_hours') }} * 3600 then 'session_too_long'
            when user_id is not null and user_id not in (select user_id from users) then 'unknown_user'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'sessions') }}
