{{ summed_over_customers(['period_type', 'period_start', 'closing_set'], settled_by='period') }}
{%- set amounts = movement_amounts() -%}
select
    ends.period_type,
    ends.period_start,
    ends.closing_set,
    count(*) as customer_periods,
    cast(sum(ends.closing_mrr) as decimal(38, 10)) as closing_mrr,
    cast(sum(ends.average_mrr) as decimal(38, 10)) as average_mrr,
    cast(sum(ends.monthly_average_mrr) as decimal(38, 10)) as monthly_average_mrr,
    {{ count_where('ends.closing_mrr > 0') }} as closing_customers,
    {{ count_where('ends.is_served') }} as served_customers,
    {% for name in ['new_mrr', 'reactivation_mrr', 'resumed_mrr'] -%}
    cast(coalesce(sum({{ amounts[name] }}), 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {{ count_where("ends.movement = 'new'") }} as customers_of_class_new,
    {{ count_where("ends.movement = 'reactivation'") }} as reactivated_customers,
    {{ count_where("ends.movement = 'resumed'") }} as resumed_customers,
    {{ count_where('ends.is_first_paid_in_period') }} as new_customers,
    {{ count_where('ends.is_first_paid_in_period and ends.closing_mrr = 0 and not ends.is_paused_at_closing') }} as joined_and_left_customers

from {{ ref('int_customer_period_changes') }} as ends
group by ends.period_type, ends.period_start, ends.closing_set
