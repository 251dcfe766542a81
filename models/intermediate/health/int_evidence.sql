{{ config(materialized='view') }}
{% for domain in ['usage', 'support', 'sentiment', 'commercial', 'relationship'] -%}
select * from {{ ref('int_evidence__' ~ domain) }}
{{ 'union all' if not loop.last }}
{% endfor %}
