with

raw_rows as not materialized (

    {{ raw_table('csm_touches') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'csm_touches') }}

),

judged as (

    select
        folded.*,
        cast(null as varchar) as own_rule

    from folded

)

{{ judged_rows('judged', 'csm_touches') }}
