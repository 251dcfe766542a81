with

raw_rows as (

    {{ raw_table('csms', key=['csm_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when fte < 0 then 'negative_fte'
        end as own_rule

    from folded

)

{{ judged_rows('judged') }}
