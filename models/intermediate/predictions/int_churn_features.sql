{%- set features = {
    'tenure': 'ln(cast(1 + contracts.tenure_months as double precision))',
    'mrr': 'ln(1 + cast(score_days.mrr as double precision))',
    'is_yearly': 'cast(case when contracts.billing_months >= 12 then 1 else 0 end as double precision)',
    'renewal_due': 'cast(contracts.renewal_due as double precision)',
} -%}
with

score_days as (

    select * from {{ ref('int_score_days') }}

),

contracts as (

    select * from {{ ref('int_customer_contracts') }}

),

{% for feature, value in features.items() -%}
{{ feature }} as (

    select
        score_days.customer_id,
        score_days.score_day,
        '{{ feature }}' as feature,
        {{ value }} as value

    from score_days
    inner join contracts
        on score_days.customer_id = contracts.customer_id and score_days.score_day = contracts.score_day

){{ ',' if not loop.last }}

{% endfor -%}
{% for feature in features -%}
select * from {{ feature }}
{{ 'union all\n' if not loop.last }}
{%- endfor %}
