{{ summed_over_customers(['period_type', 'period_start', 'opening_set'], settled_by='period') }}
{%- set amounts = movement_amounts() -%}
{%- set moved = [
    'expansion_mrr', 'contraction_mrr', 'churned_mrr', 'paused_mrr', 'fx_mrr', 'gross_expansion_mrr', 'gross_contraction_mrr', 'upsell_mrr',
    'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr'
] -%}
select
    ends.period_type,
    ends.period_start,
    ends.opening_set,
    count(*) as customer_periods,
    -- what is kept of the opening's, less all of it
    cast(sum(coalesce({{ amounts['retained_mrr'] }}, 0) - ends.opening_mrr) as decimal(38, 10)) as retained_mrr,
    cast(sum(coalesce({{ amounts['retained_product_mrr'] }}, 0) - ends.opening_mrr) as decimal(38, 10)) as retained_product_mrr,
    -{{ count_where('ends.opening_mrr > 0 and ends.closing_mrr = 0') }} as retained_customers,
    -- what is there at the close, less what was there at the opening
    cast(sum(ends.closing_mrr - ends.opening_mrr) as decimal(38, 10)) as added_mrr,
    {{ count_where('ends.closing_mrr > 0') }} - {{ count_where('ends.opening_mrr > 0') }} as added_customers,
    {% for name in moved -%}
    cast(coalesce(sum({{ amounts[name] }}), 0) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    {{ count_where("ends.movement = 'churn'") }} as churned_customers,
    {{ count_where("ends.movement = 'churn' and causes.is_involuntary") }} as involuntary_churned_customers,
    {{ count_where("ends.movement = 'paused'") }} as paused_customers,
    {{ count_where('ends.is_paused_at_opening and ends.closing_mrr = 0 and not ends.is_paused_at_closing') }} as churned_from_paused_customers

from {{ ref('int_customer_period_changes') }} as ends
left join {{ ref('int_customer_changes') }} as changes
    on
        ends.customer_id = changes.customer_id
        and ends.opening_since = changes.opening_since
        and ends.closing_since = changes.closing_since
left join {{ ref('int_churn_events') }} as causes
    on ends.customer_id = causes.customer_id and ends.last_churn_day = causes.churn_day
group by ends.period_type, ends.period_start, ends.opening_set
