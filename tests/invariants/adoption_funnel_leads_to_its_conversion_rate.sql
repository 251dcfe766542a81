-- The first step of the funnel and the last are the two parts of the metric, and the steps in between multiply to the whole.
with

steps as (

    select
        funnel.*,
        max(step_number) over () as last_step

    from {{ ref('adoption_funnel') }} as funnel

),

ends as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when step_number = 1 then customers end) as entered_customers,
        max(case when step_number = last_step then customers end) as finished_customers,
        max(case when step_number = last_step then cumulative_conversion_rate end) as conversion_rate,
        exp(sum(case when step_conversion_rate > 0 then ln(step_conversion_rate) end)) as product_of_steps,
        sum(dropped_customers) as dropped_customers

    from steps
    group by period_type, period_start, segment_name, segment_value

)

select
    ends.*,
    metrics.numerator,
    metrics.denominator

from ends
left join {{ ref('metrics') }} as metrics
    on
        metrics.metric_name = 'adoption_funnel_conversion_rate'
        and ends.period_type = metrics.period_type
        and ends.period_start = metrics.period_start
        and ends.segment_name = metrics.segment_name
        and ends.segment_value = metrics.segment_value
where
    metrics.numerator is null
    or ends.entered_customers <> metrics.denominator
    or ends.finished_customers <> metrics.numerator
    or ends.dropped_customers <> ends.entered_customers - ends.finished_customers
    or (ends.finished_customers > 0 and abs(ends.product_of_steps - ends.conversion_rate) > 1e-9)
