{#
    A raw table, parsed as its source declares: `{{ "{{" }} raw_table('subscriptions', key=['subscription_id']) {{ "}}" }}` is a query with one row a
    raw row and

      * every declared column, whether the extract has it or not (then null). meta.type decides:
        text     trimmed, blank is null
        number   decimal(38,10)
        boolean  true/false, t/f, yes/no, y/n, 1/0
        date     the local day
        instant  two columns: the UTC instant under the column's own name, and the local day under NAME_date (paid_at -> paid_date)
      * updated_at, loaded_at   instants, null where the extract has none
      * row_key                 the key columns as they came, joined by |
      * parsed_key              the same as parsed, so that two spellings of an instant are one; null where a part is empty
      * missing_key_rule        missing_key where a key column is empty, else null
      * unparseable_rule        unparseable_date, unparseable_number or unparseable_boolean, the first that applies, else null
      * missing_rule            missing_value where a column that may not be null is, else null
      * raw_row                 the row as it came, JSON text

    Arguments: name, a table of source `raw`; key, the columns of its natural key, or 'row' where the whole row is it.
#}
{% macro raw_table(name, key=[]) %}
    {%- set whole_row = key == 'row' -%}
    {%- set key = [] if whole_row else key -%}
    {%- set relation = source('raw', name) -%}
    {%- if not execute -%}
        select * from {{ relation }}
    {%- else -%}
    {%- set declared = raw_contract(name) -%}
    {%- set key_columns = declared | map(attribute='name') | reject('in', ['updated_at', 'loaded_at']) | list if whole_row else key -%}
    {%- set present = raw_columns(name) -%}
    {%- set types = raw_column_types(name) -%}
    select
    {%- for column in declared %}
        {{ column.name }},
        {%- if column.type == 'instant' %}
        {{ day_of_instant(column.name, column.name ~ '_raw', types.get(column.name)) }} as {{ column.date_name }},
        {%- endif %}
    {%- endfor %}
        {% for name in key_columns %}coalesce(cast({{ name }}_raw as varchar), ''){{ " || '|' || " if not loop.last }}{% else %}cast(null as varchar){% endfor %} as row_key,
        {% for column in declared if column.name in key -%}
            coalesce({{ {'currency': 'upper(currency)', 'status': 'lower(status)'}.get(column.name, 'cast(' ~ column.name ~ ' as varchar)') }}, cast({{ column.name }}_raw as varchar))
            {{- " || '|' || " if not loop.last }}
        {%- else %}{{ row_content('raw_row') if whole_row else 'cast(null as varchar)' }}{% endfor %} as parsed_key,
        case when false {%- for column in key %} or {{ column }}_raw is null {%- endfor %} then 'missing_key' end as missing_key_rule,
        case
            when false then cast(null as varchar)
        {%- for kind, kinds in {'date': ['date', 'instant'], 'number': ['number'], 'boolean': ['boolean']}.items() %}
            {%- for column in declared if column.type in kinds and column.name in present and not is_typed(types[column.name], column.type) %}
            when {{ column.name }}_raw is not null and {{ column.name }} is null then 'unparseable_{{ kind }}'
            {%- endfor %}
        {%- endfor %}
        end as unparseable_rule,
        case
            when false {%- for column in declared if not column.nullable and not column.optional %} or {{ column.name }}_raw is null {%- endfor %}
                then 'missing_value'
        end as missing_rule,
        raw_row
    from (
        select
            texts.*,
        {%- for column in declared %}
            {%- set value = 'texts.' ~ column.name ~ '_raw' %}
            {%- set type = types.get(column.name, 'missing') %}
            {{ typed_value(value, column.type, type) if is_typed(type, column.type) else value_of_text(value, column.type) }} as {{ column.name }}
            {{- ',' if not loop.last }}
        {%- endfor %}
        from (
            select
            {%- for column in declared %}
                {%- if column.name not in present %}
                cast(null as varchar) as {{ column.name }}_raw,
                {%- elif is_typed(types[column.name], column.type) %}
                raw.{{ column.name }} as {{ column.name }}_raw,
                {%- else %}
                {{ text_of('raw.' ~ column.name) }} as {{ column.name }}_raw,
                {%- endif %}
            {%- endfor %}
                {{ json_object_of(present) }} as raw_row
            from {{ relation ~ ' as raw' if present else '(select 1 as nothing) as raw where false' }}
        ) as texts
    ) as parsed
    {%- endif -%}
{% endmacro %}

{# The declared columns of a raw table: list of {name, date_name, type, nullable, optional}, updated_at and loaded_at added. #}
{% macro raw_contract(name) %}
    {% set columns = [] %}
    {% for node in graph.sources.values() if node.source_name == 'raw' and node.name == name %}
        {% for column in node.columns.values() %}
            {% set meta = column.config.meta if column.config and column.config.meta else column.meta %}
            {% do columns.append({
                'name': column.name,
                'date_name': (column.name[:-3] if column.name.endswith('_at') else column.name) ~ '_date',
                'type': meta.type, 'nullable': meta.get('nullable', false), 'optional': meta.get('optional', false)
            }) %}
        {% endfor %}
    {% endfor %}
    {% for extra in ('updated_at', 'loaded_at') %}
        {% do columns.append({'name': extra, 'date_name': extra[:-3] ~ '_date', 'type': 'instant', 'nullable': true, 'optional': true}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# Names of the declared columns that the extract's table really has, in declared order; empty where the table is missing. #}
{% macro raw_columns(name) %}
    {{ return(raw_column_types(name).keys() | list) }}
{% endmacro %}

{# The same with the type that each has in the extract, in small letters. #}
{% macro raw_column_types(name) %}
    {% set types = {} %}
    {% if execute %}
        {% set relation = load_relation(source('raw', name)) %}
        {% if relation %}
            {% set found = {} %}
            {% for column in adapter.get_columns_in_relation(relation) %}{% do found.update({column.name | lower: column.data_type | lower}) %}{% endfor %}
            {% for column in raw_contract(name) if column.name in found %}{% do types.update({column.name: found[column.name]}) %}{% endfor %}
        {% endif %}
    {% endif %}
    {{ return(types) }}
{% endmacro %}
