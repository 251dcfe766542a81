with

raw_rows as not materialized (

    {{ raw_table('journeys') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'journeys') }}

),

judged as (

    select
        folded.*,
        case
            when target_days < 0 then 'negative_target'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'journeys') }}
