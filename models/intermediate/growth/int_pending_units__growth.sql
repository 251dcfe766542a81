with

trials as (

    select * from {{ ref('int_segment_periods__trials') }}
    where segment_name = 'all'

),

offers as (

    select * from {{ ref('int_segment_periods__offers') }}
    where segment_name = 'all'

)

{% for metric in ('trial_conversion_rate', 'trial_conversion_rate_strict', 'trial_conversion_rate_ever') -%}
select '{{ metric }}' as metric_name, period_type, period_start, pending_trials as pending_units from trials
where pending_trials > 0
union all
{% endfor -%}
{% for metric, pending in {
    'offer_conversion_rate': 'pending_offers', 'customer_offer_conversion_rate': 'pending_offers',
    'upsell_conversion_rate': 'pending_upsell_offers', 'cross_sell_conversion_rate': 'pending_cross_sell_offers'
}.items() -%}
select '{{ metric }}', period_type, period_start, {{ pending }} from offers
where {{ pending }} > 0
{{ 'union all\n' if not loop.last }}
{%- endfor %}
