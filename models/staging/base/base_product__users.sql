with

raw_rows as (

    {{ raw_table('users', key=['user_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(missing_key_rule, duplicate_fate, unparseable_rule, missing_rule)
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
