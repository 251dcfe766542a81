{#
    The rows of `relation` with a further column `duplicate_fate`: null for the row that counts, 'folded' for a copy or an older version of it,
    'unordered_duplicate' where several rows of the key differ and no time tells which is the newest. Newest: updated_at, then loaded_at.

    Argument: relation, a CTE made by raw_table(). Rows with an empty key column are left alone.
#}
{% macro fold_duplicates(relation) %}
    {%- set newest = 'updated_at desc nulls last, loaded_at desc nulls last' -%}
    {%- set repeated = 'select parsed_key from ' ~ relation ~ ' where parsed_key is not null group by parsed_key having count(*) > 1' -%}
    select
        {{ relation }}.*,
        cast(null as varchar) as duplicate_fate

    from {{ relation }}
    where parsed_key is null or parsed_key not in ({{ repeated }})

    union all

    select
        {{ relation }}.*,
        case
            when
                first_value({{ row_content('raw_row') }}) over (partition by parsed_key order by {{ newest }}, {{ row_content('raw_row') }})
                <> first_value({{ row_content('raw_row') }}) over (partition by parsed_key order by {{ newest }}, {{ row_content('raw_row') }} desc)
                then 'unordered_duplicate'
            when row_number() over (partition by parsed_key order by {{ newest }}, {{ row_content('raw_row') }}) > 1 then 'folded'
        end as duplicate_fate

    from {{ relation }}
    where parsed_key in ({{ repeated }})
{% endmacro %}

{# The JSON text of a row without its updated_at and loaded_at: what makes two rows copies of each other. #}
{% macro row_content(raw_row) -%}
    {{ adapter.dispatch('row_content', 'customer_success')(raw_row) }}
{%- endmacro %}

{% macro default__row_content(raw_row) -%}
    cast(cast({{ raw_row }} as jsonb) - 'updated_at' - 'loaded_at' as text)
{%- endmacro %}

{% macro duckdb__row_content(raw_row) -%}
    cast(json_merge_patch(cast({{ raw_row }} as json), '{"updated_at": null, "loaded_at": null}') as varchar)
{%- endmacro %}
