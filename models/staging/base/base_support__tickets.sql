with

raw_rows as not materialized (

    {{ raw_table('tickets') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'tickets') }}

),

judged as (

    select
        folded.*,
        case
            when lower(created_by) not in ('customer', 'agent') then 'unknown_creator'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'tickets') }}
