{#
    The rows of `relation` with a further column `duplicate_fate`: null for the row that counts, 'folded' for a copy or an older version of it,
    'unordered_duplicate' where several rows of the key differ and no time tells which is the newest. Newest: updated_at, then loaded_at.

    Arguments: relation, a CTE made by raw_table(); key, the columns of its natural key. Rows with an empty key column are left alone.
#}
{% macro fold_duplicates(relation, key) %}
    {%- set keys = key | join(', ') -%}
    {%- set newest = 'updated_at desc nulls last, loaded_at desc nulls last' %}
    select
        {{ relation }}.*,
        cast(null as varchar) as duplicate_fate

    from {{ relation }}
    where
        not exists (
            select 1
            from (select {{ keys }} from {{ relation }} group by {{ keys }} having count(*) > 1) as repeated
            where {% for column in key %}repeated.{{ column }} = {{ relation }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        )

    union all

    select
        {{ relation }}.*,
        case
            when
                first_value({{ row_content('raw_row') }}) over (
                    partition by {{ keys }} order by {{ newest }}, {{ row_content('raw_row') }}
                )
                <> first_value({{ row_content('raw_row') }}) over (
                    partition by {{ keys }} order by {{ newest }}, {{ row_content('raw_row') }} desc
                )
                then 'unordered_duplicate'
            when row_number() over (partition by {{ keys }} order by {{ newest }}, {{ row_content('raw_row') }}) > 1 then 'folded'
        end as duplicate_fate

    from {{ relation }}
    where
        exists (
            select 1
            from (select {{ keys }} from {{ relation }} group by {{ keys }} having count(*) > 1) as repeated
            where {% for column in key %}repeated.{{ column }} = {{ relation }}.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
        )
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
