with

raw_rows as (

    {{ raw_table('first_touches', key=['customer_id']) }}

),

folded as (

    {{ fold_duplicates('raw_rows') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged') }}
