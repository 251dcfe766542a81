{%- set horizon = (12 * var('clv_horizon_years')) | int -%}
with

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'contract_lifetime'

),

lifetimes as (

    select
        lifetimes.billing_months,
        lifetimes.segment_name,
        lifetimes.segment_value,
        lifetimes.alpha,
        lifetimes.beta

    from {{ ref('contract_lifetimes') }} as lifetimes
    inner join models on lifetimes.model_version = models.model_version

),

ages as (

    select distinct
        billing_months,
        tenure_months as months_served

    from {{ ref('int_customer_contracts') }}

),

renewals as (

    {{ numbers(
        'select coalesce(max(' ~ integer_quotient('months_served + ' ~ horizon, 'billing_months') ~ '), 0) from ages'
    ) }}

),

months as (

    {{ numbers('select ' ~ horizon) }}

),

-- S(k) = S(k-1) x (beta + k - 1) / (alpha + beta + k - 1)
survival as (

    select
        lifetimes.billing_months,
        lifetimes.segment_name,
        lifetimes.segment_value,
        renewals.n as renewal_number,
        sum(
            case
                when renewals.n = 0 then 0
                else ln((lifetimes.beta + renewals.n - 1) / (lifetimes.alpha + lifetimes.beta + renewals.n - 1))
            end
        ) over (
            partition by lifetimes.billing_months, lifetimes.segment_name, lifetimes.segment_value
            order by renewals.n
        ) as log_survival

    from lifetimes
    cross join renewals

),

-- each month to come, with the renewals passed by then and by now
steps as (

    select
        ages.billing_months,
        ages.months_served,
        months.n as month_number,
        {{ integer_quotient('ages.months_served', 'ages.billing_months') }} as renewals_passed,
        {{ integer_quotient('ages.months_served + months.n', 'ages.billing_months') }} as renewals_by_then

    from ages
    cross join months
    where months.n > 0

)

select
    steps.billing_months,
    now.segment_name,
    now.segment_value,
    steps.months_served,
    cast(
        sum(
            exp(later.log_survival - now.log_survival)
            * power(cast(1 + {{ var('clv_discount_rate') }} as double precision), -cast(steps.month_number as double precision) / 12)
        ) as decimal(38, 10)
    ) as expected_discounted_months

from steps
inner join survival as now
    on steps.billing_months = now.billing_months and steps.renewals_passed = now.renewal_number
inner join survival as later
    on
        steps.billing_months = later.billing_months
        and now.segment_name = later.segment_name
        and now.segment_value = later.segment_value
        and steps.renewals_by_then = later.renewal_number
group by steps.billing_months, now.segment_name, now.segment_value, steps.months_served
