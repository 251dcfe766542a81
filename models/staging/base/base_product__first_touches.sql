with

raw_rows as not materialized (

    {{ raw_table('first_touches') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'first_touches') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged', 'first_touches') }}
