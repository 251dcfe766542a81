{#
    A raw table, parsed as its source declares: `{{ "{{" }} raw_table('subscriptions') {{ "}}" }}` is a query with one row a raw row and

      * every declared column, whether the extract has it or not (then null). meta.type decides:
        text     trimmed, blank is null
        number   decimal(38,10)
        boolean  true/false, t/f, yes/no, y/n, 1/0
        date     the local day
        instant  two columns: the UTC instant under the column's own name, and the local day under NAME_date (paid_at -> paid_date)
      * updated_at, loaded_at   instants, null where the extract has none
      * NAME_raw                of each column of the extract that is not text: the value as it came
      * key_hash                a number that rows of one key (meta.key) share; two spellings of an instant are one key
      * missing_key_rule        missing_key where a key column is empty, else null
      * unparseable_rule        unparseable_date, unparseable_number or unparseable_boolean, the first that applies, else null
      * missing_rule            missing_value where a column that may not be null is, else null

    It stands in a CTE `as not materialized`: each of its readers needs few of the columns or few of the rows.

    Argument: name, a table of source `raw`.
#}
{% macro raw_table(name) %}
    {%- set relation = source('raw', name) -%}
    {%- if not execute -%}
        select * from {{ relation }}
    {%- else -%}
    {%- set declared = raw_contract(name) -%}
    select
    {%- for column in declared %}
        {{ column.name }},
        {%- if column.type == 'instant' %}
        {{ day_of_instant(column.name, column.raw, column.raw_type) if column.raw_type else 'cast(null as date)' }} as {{ column.date_name }},
        {%- endif %}
        {%- if column.raw != column.name %}
        {{ column.raw }},
        {%- endif %}
    {%- endfor %}
        {{ hash_of(key_parts(declared)) }} as key_hash,
        case when false {%- for column in declared if column.is_key %} or {{ column.raw }} is null {%- endfor %} then 'missing_key' end as missing_key_rule,
        case
            when false then cast(null as varchar)
        {%- for kind, kinds in {'date': ['date', 'instant'], 'number': ['number'], 'boolean': ['boolean']}.items() %}
            {%- for column in declared if column.type in kinds and column.raw_type and not is_typed(column.raw_type, column.type) %}
            when {{ column.raw }} is not null and {{ column.name }} is null then 'unparseable_{{ kind }}'
            {%- endfor %}
        {%- endfor %}
        end as unparseable_rule,
        case
            when false {%- for column in declared if not column.nullable and not column.optional %} or {{ column.raw }} is null {%- endfor %}
                then 'missing_value'
        end as missing_rule
    from (
        select
        {%- for column in declared %}
            {%- if not column.raw_type %}
            cast(null as {{ type_of(column.type) }}) as {{ column.name }}
            {%- elif column.type == 'text' %}
            {{ column.name }}
            {%- else %}
            {{ column.raw }},
            {{ typed_value(column.raw, column.type, column.raw_type) if is_typed(column.raw_type, column.type) else value_of_text(column.raw, column.type) }} as {{ column.name }}
            {%- endif %}
            {{- ',' if not loop.last }}
        {%- endfor %}
        from (
            select
            {%- for column in declared if column.raw_type %}
                {{ 'raw.' ~ column.name if is_typed(column.raw_type, column.type) else text_of('raw.' ~ column.name) }} as {{ column.raw }},
            {%- endfor %}
                1 as one
            from {{ relation ~ ' as raw' if raw_columns(name) else '(select 1 as nothing) as raw where false' }}
        ) as texts
    ) as parsed
    {%- endif -%}
{% endmacro %}

{#
    What makes the key of a parsed row, part by part. Where the whole row is the key, that is all that came, but for updated_at and loaded_at.

    Argument, here and below: declared, the columns as raw_contract() gives them.
#}
{% macro key_parts(declared) %}
    {% set spelt_one_way = {'currency': 'upper(currency)', 'status': 'lower(status)'} %}
    {% set parts = [] %}
    {% for column in declared if column.is_key and column.type == 'text' %}
        {% do parts.append(spelt_one_way.get(column.name, column.name)) %}
    {% endfor %}
    {% for column in declared if column.is_key and column.type != 'text' %}
        {% do parts.append('coalesce(cast(' ~ column.name ~ ' as varchar), cast(' ~ column.raw ~ ' as varchar))') %}
    {% endfor %}
    {{ return(parts or (came_with(declared) | map(attribute='raw') | list) or ['1']) }}
{% endmacro %}

{# The columns that the extract has, without updated_at and loaded_at: what makes two rows copies of each other. #}
{% macro came_with(declared) %}
    {{ return(declared | selectattr('raw_type') | rejectattr('name', 'in', ['updated_at', 'loaded_at']) | list) }}
{% endmacro %}

{#
    The declared columns of a raw table, updated_at and loaded_at added: list of {name, date_name, type, nullable, optional, is_key, raw_type, raw}.
    raw_type is the type in the extract, none where it lacks the column; raw is the column of raw_table() with the value as it came.
#}
{% macro raw_contract(name) %}
    {% set types = raw_column_types(name) %}
    {% set key = raw_key(name) %}
    {% set columns = declared_columns(name) %}
    {% for column in columns %}
        {% set raw_type = types.get(column.name) %}
        {% do column.update({
            'date_name': (column.name[:-3] if column.name.endswith('_at') else column.name) ~ '_date',
            'is_key': column.name in key,
            'raw_type': raw_type,
            'raw': column.name ~ '_raw' if raw_type and column.type != 'text' else column.name
        }) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# Name, type, nullable and optional of each column that the source declares, updated_at and loaded_at added. #}
{% macro declared_columns(name) %}
    {% set columns = [] %}
    {% if execute %}
        {% for column in raw_source(name).columns.values() %}
            {% set meta = column.config.meta if column.config and column.config.meta else column.meta %}
            {% do columns.append({
                'name': column.name, 'type': meta.type, 'nullable': meta.get('nullable', false), 'optional': meta.get('optional', false)
            }) %}
        {% endfor %}
    {% endif %}
    {% for extra in ('updated_at', 'loaded_at') %}
        {% do columns.append({'name': extra, 'type': 'instant', 'nullable': true, 'optional': true}) %}
    {% endfor %}
    {{ return(columns) }}
{% endmacro %}

{# The columns of a raw table's natural key (meta.key of the source), in order; none where the whole row is the key. #}
{% macro raw_key(name) %}
    {% set key = [] %}
    {% if execute %}
        {% set node = raw_source(name) %}
        {% set meta = node.config.meta or node.meta %}
        {% if meta.key != 'row' %}{% do key.extend(meta.key) %}{% endif %}
    {% endif %}
    {{ return(key) }}
{% endmacro %}

{# The source of a raw table, as the graph has it. #}
{% macro raw_source(name) %}
    {{ return(graph.sources['source.' ~ project_name ~ '.raw.' ~ name]) }}
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
            {% for column in declared_columns(name) if column.name in found %}{% do types.update({column.name: found[column.name]}) %}{% endfor %}
        {% endif %}
    {% endif %}
    {{ return(types) }}
{% endmacro %}
