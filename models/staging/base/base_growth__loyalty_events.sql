with

raw_rows as not materialized (

    {{ raw_table('loyalty_events') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'loyalty_events') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged', 'loyalty_events') }}
