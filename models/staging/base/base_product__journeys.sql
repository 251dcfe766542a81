with

raw_rows as (

    {{ raw_table('journeys', key=['journey', 'step_rank']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when target_days < 0 then 'negative_target'
        end as own_rule

    from folded

)

{{ judged_rows('judged') }}
