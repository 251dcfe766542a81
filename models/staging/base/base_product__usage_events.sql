with

users as (

    select user_id from {{ ref('base_product__users') }}
    where fate = 'staged'

),

raw_rows as (

    {{ raw_table('usage_events', key=['event_id']) }}

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
                    when user_id is not null and user_id not in (select user_id from users) then 'unknown_user'
                end
            )
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
