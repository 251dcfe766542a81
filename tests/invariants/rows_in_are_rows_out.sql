-- Every raw row is staged, folded into its duplicate, or rejected.
with

fates as (

    {% for table, model in staged_tables().items() %}
    {% set raw = source('raw', table) %}
    select
        '{{ table }}' as source_table,
        {{ "(select count(*) from " ~ raw ~ ")" if execute and load_relation(raw) else 0 }} as raw_rows,
        (select count(*) from {{ ref(model) }} where fate = 'staged') as staged_rows,
        (select count(*) from {{ ref(model) }} where fate = 'folded') as folded_rows,
        (select count(*) from {{ ref('rejected_rows') }} where source_table = '{{ table }}' and not is_kept) as rejected_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from fates
where raw_rows <> staged_rows + folded_rows + rejected_rows
