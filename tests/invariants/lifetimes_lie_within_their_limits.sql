-- who stays longer is likelier to stay; nobody is expected beyond the horizon, nor alive with more than certainty
with

ordered as (

    select
        expected_months.*,
        lag(expected_discounted_months) over (
            partition by billing_months, segment_name, segment_value, mod(months_served, billing_months) order by months_served
        ) as months_expected_earlier

    from {{ ref('int_expected_months') }} as expected_months

)

select
    segment_value,
    months_served as position_in_life,
    expected_discounted_months as figure

from ordered
where
    expected_discounted_months < 0
    or expected_discounted_months > {{ 12 * var('clv_horizon_years') }}
    or expected_discounted_months < months_expected_earlier - 1e-9

union all

select
    customer_id,
    0,
    probability_alive

from {{ ref('int_purchase_expectations') }}
where probability_alive < 0 or probability_alive > 1 or expected_purchases < 0 or expected_amount < 0
