-- Exactly, but for figures that are shared out by a quotient and rounded, each share to ten decimals: costs that name no customer, and purchases
-- of an open period brought to a year. Those may differ by a millionth. What is known by one attribute alone adds up there alone: acquisition cost
-- by channel, touches by manager.
{%- set rounded_shares = [
    'gross_margin_rate', 'historic_customer_lifetime_value', 'customer_retention_cost', 'customer_retention_cost_per_customer',
    'customer_retention_cost_per_retained_customer', 'customer_retention_cost_share', 'purchase_frequency'
] %}
with

figures as (

    select
        metrics.metric_name,
        metrics.period_type,
        metrics.period_start,
        metrics.segment_name,
        metrics.numerator,
        metrics.denominator

    from {{ ref('metrics') }} as metrics
    inner join {{ ref('metric_definitions') }} as definitions on metrics.metric_name = definitions.metric_name
    where definitions.adds_over_segments and definitions.kind in ('amount', 'count', 'ratio')

),

totals as (

    select
        figures.*,
        case when metric_name in ('{{ rounded_shares | join("', '") }}') then 0.000001 else 0 end as tolerance,
        case
            when metric_name in ('customer_acquisition_cost', 'customer_acquisition_cost_lagged') then 'acquisition_channel'
            when metric_name = 'touches_per_account' then 'csm'
        end as only_segment

    from figures
    where segment_name = 'all'

),

sums as (

    select
        metric_name,
        period_type,
        period_start,
        segment_name,
        sum(numerator) as numerator,
        sum(denominator) as denominator

    from figures
    where segment_name <> 'all'
    group by metric_name, period_type, period_start, segment_name

)

select
    totals.metric_name,
    totals.period_type,
    totals.period_start,
    segments.segment_name,
    totals.numerator,
    sums.numerator as sum_of_numerators,
    totals.denominator,
    sums.denominator as sum_of_denominators

from totals
inner join {{ ref('int_segments') }} as segments
    on segments.segment_name <> 'all' and segments.segment_name = coalesce(totals.only_segment, segments.segment_name)
left join sums
    on
        totals.metric_name = sums.metric_name
        and totals.period_type = sums.period_type
        and totals.period_start = sums.period_start
        and segments.segment_name = sums.segment_name
where
    abs(coalesce(totals.numerator, 0) - coalesce(sums.numerator, 0)) > totals.tolerance
    or coalesce(totals.denominator, 0) <> coalesce(sums.denominator, 0)
