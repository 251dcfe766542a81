-- where every row of a required table was rejected, the figures would all be 0: marts.rejected_rows of the work file says why
{% for table in ('customers', 'plans', 'subscriptions', 'subscription_items') -%}
select
    '{{ table }}' as table_name,
    count(*) as rows_in,
    min(rule) as first_rule

from {{ ref('base_billing__' ~ table) }}
having count(*) > 0 and count(case when fate = 'staged' then 1 end) = 0
{{ 'union all' if not loop.last }}
{% endfor %}
