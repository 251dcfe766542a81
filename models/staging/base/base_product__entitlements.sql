with

raw_rows as (

    {{ raw_table('entitlements', key=['customer_id', 'feature', 'entitled_from']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        case
            when entitled_to < entitled_from then 'end_before_start'
        end as own_rule

    from folded

)

{{ judged_rows('judged') }}
