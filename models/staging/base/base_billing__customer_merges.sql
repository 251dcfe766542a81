with recursive

raw_rows as not materialized (

    {{ raw_table('customer_merges') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'customer_merges') }}

),

parsed as (

    select
        folded.*,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(missing_key_rule, duplicate_fate, unparseable_rule, missing_rule)
        end as parsing_rule

    from folded

),

steps as (

    select
        from_customer_id,
        into_customer_id

    from parsed
    where parsing_rule is null and duplicate_fate is null

),

-- every customer that a chain of merges leads to; the walk ends where it has been
reached as (

    select
        from_customer_id,
        into_customer_id,
        cast('|' || into_customer_id || '|' as varchar) as been
    from steps

    union all

    select
        reached.from_customer_id,
        steps.into_customer_id,
        cast(reached.been || steps.into_customer_id || '|' as varchar)
    from reached
    inner join steps on reached.into_customer_id = steps.from_customer_id
    where position('|' || steps.into_customer_id || '|' in reached.been) = 0

),

judged as (

    select
        parsed.*,
        case
            when duplicate_fate = 'folded' then null
            when parsing_rule is not null then parsing_rule
            when from_customer_id in (select from_customer_id from reached where from_customer_id = into_customer_id) then 'merge_cycle'
        end as rule

    from parsed

)

{{ rows_with_fate('judged', 'customer_merges') }}
