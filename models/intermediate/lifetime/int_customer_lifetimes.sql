{%- set segment = var('clv_segment') -%}
with

contracts as (

    select * from {{ ref('int_customer_contracts') }}

),

expected_months as (

    select * from {{ ref('int_expected_months') }}

),

-- what is known of the customer's own segment comes before what is known of all
fitting as (

    select
        contracts.customer_id,
        contracts.score_day,
        contracts.mrr,
        contracts.billing_months,
        contracts.tenure_months as months_served,
        expected_months.segment_name as parameter_segment_name,
        expected_months.segment_value as parameter_segment_value,
        expected_months.expected_discounted_months,
        row_number() over (
            partition by contracts.customer_id, contracts.score_day
            order by case when expected_months.segment_name = 'all' then 1 else 0 end
        ) as choice,
        {{ segment_attributes('attribute_sets.') }}

    from contracts
    inner join {{ ref('int_attribute_sets') }} as attribute_sets on contracts.attribute_set = attribute_sets.attribute_set
    inner join expected_months
        on
            contracts.billing_months = expected_months.billing_months
            and contracts.tenure_months = expected_months.months_served
            and (
                expected_months.segment_name = 'all'
                {% if segment -%}
                or (expected_months.segment_name = '{{ segment }}' and expected_months.segment_value = attribute_sets.{{ segment }})
                {%- endif %}
            )

)

select
    customer_id,
    score_day,
    mrr,
    billing_months,
    months_served,
    parameter_segment_name,
    parameter_segment_value,
    expected_discounted_months,
    {{ converted('mrr', 'expected_discounted_months') }} as expected_revenue,
    {{ segment_attributes() }}

from fitting
where choice = 1
