{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence', as_view=true) }}
{% for domain in ['usage', 'support', 'sentiment', 'commercial', 'relationship'] -%}
select * from {{ ref('int_evidence__' ~ domain) }}
{{ 'union all' if not loop.last }}
{% endfor %}
