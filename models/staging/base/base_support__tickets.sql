with

raw_rows as (

    {{ raw_table('tickets', key=['ticket_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when lower(created_by) not in ('customer', 'agent') then 'unknown_creator'
        end as own_rule

    from folded

)

{{ judged_rows('judged') }}
