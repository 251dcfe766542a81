with

raw_rows as not materialized (

    {{ raw_table('entitlements') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'entitlements') }}

),

judged as (

    select
        folded.*,
        case
            when entitled_to < entitled_from then 'end_before_start'
        end as own_rule

    from folded

)

{{ judged_rows('judged', 'entitlements') }}
