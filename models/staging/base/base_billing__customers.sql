with

raw_rows as (

    {{ raw_table('customers') }}

),

folded as (

    {{ fold_duplicates('raw_rows', key=['customer_id']) }}

),

judged as (

    select
        folded.*,
        customer_id as row_key,
        case
            when duplicate_fate = 'folded' then null
            when customer_id is null then 'missing_key'
            else coalesce(duplicate_fate, unparseable_rule, missing_rule)
        end as rule,
        cast(null as varchar) as kept_rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
