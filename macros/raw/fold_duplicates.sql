{#
    The rows of `relation` with a further column `duplicate_fate`: null for the row that counts, 'folded' for a copy or an older version of it,
    'unordered_duplicate' where several rows of the key differ and no time tells which is the newest. Newest: updated_at, then loaded_at.
    Rows with an empty key column are left alone. Only rows whose key_hash comes twice are compared, so few are.

    Arguments: relation, a CTE made by raw_table(); name, the table.
#}
{% macro fold_duplicates(relation, name) %}
    {%- set declared = raw_contract(name) -%}
    {%- set content = json_object_of(came_with(declared)) -%}
    {%- set parsed_key = key_parts(declared) | join(" || '|' || ") if raw_key(name) else content -%}
    {%- set newest = 'partition by ' ~ parsed_key ~ ' order by updated_at desc nulls last, loaded_at desc nulls last, ' ~ content -%}
    {{ adapter.dispatch('rows_with_duplicate_fate', 'customer_success')(relation, content, newest) }}
{% endmacro %}

{% macro default__rows_with_duplicate_fate(relation, content, newest) %}
    with

    repeated as (

        select key_hash from {{ relation }}
        group by key_hash
        having count(*) > 1

    )

    select
        {{ relation }}.*,
        cast(null as varchar) as duplicate_fate

    from {{ relation }}
    where missing_key_rule is not null or key_hash not in (select key_hash from repeated)

    union all

    select
        {{ relation }}.*,
        case
            when first_value({{ content }}) over ({{ newest }}) <> first_value({{ content }}) over ({{ newest }} desc) then 'unordered_duplicate'
            when row_number() over ({{ newest }}) > 1 then 'folded'
        end as duplicate_fate

    from {{ relation }}
    where missing_key_rule is null and key_hash in (select key_hash from repeated)
{% endmacro %}

{# Spark reads the files again for every mention of a table: one pass with windows over all rows costs less than three without. #}
{% macro spark__rows_with_duplicate_fate(relation, content, newest) %}
    select
        counted.* except (rows_of_key, place, first_content, last_content),
        case
            when missing_key_rule is not null or rows_of_key = 1 then cast(null as varchar)
            when first_content <> last_content then 'unordered_duplicate'
            when place > 1 then 'folded'
        end as duplicate_fate

    from (
        select
            {{ relation }}.*,
            count(*) over (partition by key_hash) as rows_of_key,
            row_number() over ({{ newest }}) as place,
            first_value({{ content }}) over ({{ newest }}) as first_content,
            first_value({{ content }}) over ({{ newest }} desc) as last_content

        from {{ relation }}
    ) as counted
{% endmacro %}
