{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence', as_view=true) }}
{#- Features that evidence gives: the measure, and the feature's value of a raw value. -#}
{%- set of_evidence = {
    'mrr_change': 'least(cast(raw_value - 1 as double precision), 1)',
    'active_user_share': 'least(raw, 1)',
    'usage_trend': 'least(raw, 3)',
    'days_since_use': 'ln(1 + least(raw, 90))',
    'open_tickets': 'ln(1 + raw)',
    'latest_nps': 'case when age_days <= 180 then raw end',
    'csat_share': 'raw',
    'net_sentiment': 'raw / 100',
    'days_past_due': 'ln(1 + least(raw, 90))',
    'days_since_touch': 'ln(1 + least(raw, 180))'
} -%}
{#- Features of the contract. -#}
{%- set of_contracts = {
    'tenure': 'ln(cast(1 + tenure_months as double precision))',
    'mrr': 'ln(1 + cast(mrr as double precision))',
    'is_yearly': 'cast(case when billing_months >= 12 then 1 else 0 end as double precision)',
    'renewal_due': 'cast(renewal_due as double precision)'
} -%}
with

contracts as (

    select * from {{ ref('int_customer_contracts') }}

),

evidence as (

    select
        evidence.*,
        cast(raw_value as double precision) as raw

    from {{ ref('int_customer_evidence') }} as evidence
    where measure in ('{{ of_evidence | join("', '") }}')

),

features as (

    {% for feature, value in of_contracts.items() -%}
    select
        customer_id,
        score_day,
        '{{ feature }}' as feature,
        {{ value }} as value
    from contracts

    union all

    {% endfor -%}
    select
        customer_id,
        score_day,
        measure,
        case
            -- least() would overlook a missing value
            when not is_connected or raw_value is null then null
            {%- for measure, value in of_evidence.items() %}
            when measure = '{{ measure }}' then {{ value }}
            {%- endfor %}
        end
    from evidence

)

select
    customer_id,
    score_day,
    cast(feature as varchar) as feature,
    value

from features
