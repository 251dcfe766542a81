with

raw_rows as not materialized (

    {{ raw_table('csms') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'csms') }}

),

judged as (

    select
        folded.*,
        case
            when fte < 0 then 'negative_fte'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'csms') }}
