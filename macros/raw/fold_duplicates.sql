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
    {%- set fate -%}
        case
            when first_value({{ content }}) over ({{ newest }}) <> first_value({{ content }}) over ({{ newest }} desc) then 'unordered_duplicate'
            when row_number() over ({{ newest }}) > 1 then 'folded'
        end
    {%- endset -%}
    {{ adapter.dispatch('rows_with_duplicate_fate', 'customer_success')(relation, fate) }}
{% endmacro %}

{% macro default__rows_with_duplicate_fate(relation, fate) %}
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
        {{ fate }} as duplicate_fate

    from {{ relation }}
    where missing_key_rule is null and key_hash in (select key_hash from repeated)
{% endmacro %}

{# Spark walks through the rows of a `not in` once for each row that it is asked of; a join asks by hash. #}
{% macro spark__rows_with_duplicate_fate(relation, fate) %}
    with

    repeated as (

        select key_hash from {{ relation }}
        group by key_hash
        having count(*) > 1

    ),

    marked as (

        select
            {{ relation }}.*,
            repeated.key_hash is not null as is_repeated

        from {{ relation }}
        left join repeated on {{ relation }}.key_hash = repeated.key_hash

    )

    select
        marked.* except (is_repeated),
        cast(null as varchar) as duplicate_fate

    from marked
    where missing_key_rule is not null or not is_repeated

    union all

    select
        marked.* except (is_repeated),
        {{ fate }} as duplicate_fate

    from marked
    where missing_key_rule is null and is_repeated
{% endmacro %}
