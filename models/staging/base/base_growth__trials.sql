with

raw_rows as not materialized (

    {{ raw_table('trials') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'trials') }}

),

judged as (

    select
        folded.*,
        case
            when trial_end_at < trial_start_at then 'end_before_start'
            when converted_at < trial_start_at then 'converted_before_start'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'trials') }}
