with

renewals as (

    select * from {{ ref('int_segment_periods__renewals') }}
    where segment_name = 'all' and pending_terms > 0

),

purchases as (

    select * from {{ ref('int_segment_periods__purchases') }}
    where segment_name = 'all' and pending_first_purchasers > 0

)

{% for metric in ('renewal_rate', 'customer_renewal_rate', 'gross_renewal_value_rate', 'net_renewal_value_rate', 'renewals_pending') -%}
select '{{ metric }}' as metric_name, period_type, period_start, pending_terms as pending_units from renewals
union all
{% endfor -%}
select 'repeat_purchase_ratio_within_90_days', period_type, period_start, pending_first_purchasers from purchases
union all
select metric_name, period_type, period_start, pending_units from {{ ref('int_pending_units__voice') }}
union all
select metric_name, period_type, period_start, pending_units from {{ ref('int_pending_units__support') }}
union all
select metric_name, period_type, period_start, pending_units from {{ ref('int_pending_units__growth') }}
union all
select metric_name, period_type, period_start, pending_units from {{ ref('int_pending_units__product') }}
