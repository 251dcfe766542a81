{% for metric in ('product_adoption_rate', 'median_days_to_adoption') -%}
select
    '{{ metric }}' as metric_name,
    period_type,
    period_start,
    pending_users as pending_units

from {{ ref('int_segment_periods__user_adoption') }}
where segment_name = 'all' and pending_users > 0
{{ 'union all' if not loop.last }}
{% endfor -%}
