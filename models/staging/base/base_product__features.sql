with

raw_rows as not materialized (

    {{ raw_table('features') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'features') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged', 'features') }}
