with

raw_rows as (

    {{ raw_table('customer_attributes', key=['customer_id', 'attribute', 'valid_from']) }}

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
                    when attribute not in ('country', 'industry', 'company_size', 'acquisition_channel') then 'unknown_attribute'
                end
            )
        end as rule

    from folded

)

select
    judged.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from judged
