{#
    The rows of a relation with their `rule` (the first that they break, null where none) and their `fate`. What is true of every table comes first;
    `own_rule`, a column of the relation, is what its table adds.

    Arguments: relation, a CTE that goes back to fold_duplicates(); name, the table; listed, see rows_with_fate().
#}
{% macro judged_rows(relation, name, listed=none) %}
    {%- set ruled -%}
        (
            select
                {{ relation }}.*,
                case
                    when duplicate_fate = 'folded' then null
                    else coalesce(missing_key_rule, duplicate_fate, unparseable_rule, missing_rule, own_rule)
                end as rule

            from {{ relation }}
        ) as ruled
    {%- endset -%}
    {{- rows_with_fate(ruled, name, listed=listed) -}}
{% endmacro %}

{#
    The rows of a relation that has their `rule`, with their `fate` (staged, folded, rejected). row_key, the key columns as they came, joined by |, and
    raw_row, the row as it came as JSON text, are filled where marts.rejected_rows may list the row: where it is not staged, and where its customer
    is not in customers or merged away.

    Arguments: relation; name, the table; also, further columns to keep; listed, the condition under which a staged row may be listed, if another.
#}
{% macro rows_with_fate(relation, name, also=[], listed=none) %}
    {%- set declared = raw_contract(name) -%}
    {%- set customer = customer_named_by(name) -%}
select
    {%- for column in declared if column.name not in ['updated_at', 'loaded_at'] %}
    {{ column.name }},
    {%- if column.type == 'instant' %}
    {{ column.date_name }},
    {%- endif %}
    {%- endfor %}
    {%- for column in also %}
    {{ column }},
    {%- endfor %}
    rule,
    fate,
    case when is_listed then {{ row_key(name, declared) }} end as row_key,
    case when is_listed then {{ json_object_of(declared | selectattr('raw_type') | list) }} end as raw_row

from (
    select
        fated.*,
        fate <> 'staged'
        {%- if listed %} or {{ listed }}
        {%- elif customer %}
        or {{ customer }} not in (select customer_id from {{ ref('base_billing__customers') }} where fate = 'staged')
        or {{ customer }} in (select from_customer_id from {{ ref('base_billing__customer_merges') }} where fate = 'staged')
        {%- endif %} as is_listed

    from (
        select
            *,
            case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

        from {{ relation }}
    ) as fated
) as listed
{%- endmacro %}

{# The key columns of a row as they came, joined by |. Arguments: name, a raw table; declared, its columns as raw_contract() gives them. #}
{% macro row_key(name, declared) %}
    {%- set raw = {} -%}
    {%- for column in declared %}{% do raw.update({column.name: column.raw}) %}{% endfor -%}
    {%- set key = raw_key(name) or (declared | map(attribute='name') | reject('in', ['updated_at', 'loaded_at']) | list) -%}
    {%- for part in key -%}coalesce(cast({{ raw[part] }} as varchar), ''){{ " || '|' || " if not loop.last }}{%- endfor -%}
{% endmacro %}

{# The column of a raw table that names the customer of a row; none where a row is of no customer, or of customers themselves. #}
{% macro customer_named_by(name) %}
    {% set columns = {'referrals': 'referrer_customer_id'} %}
    {% for table in [
        'subscriptions', 'contract_terms', 'invoices', 'orders', 'users', 'csm_assignments', 'customer_attributes', 'usage_events', 'tickets', 'calls',
        'survey_responses', 'feedback', 'sessions', 'entitlements', 'milestones', 'first_touches', 'outcomes', 'trials', 'offers', 'costs',
        'loyalty_events', 'csm_touches'
    ] %}
        {% do columns.update({table: 'customer_id'}) %}
    {% endfor %}
    {{ return(columns.get(name)) }}
{% endmacro %}
