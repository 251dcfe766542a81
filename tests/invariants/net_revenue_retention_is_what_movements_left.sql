with

metrics as (

    select * from {{ ref('metrics') }}

),

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        coalesce(max(case when metric_name = 'opening_mrr' then numerator end), 0) as opening_mrr,
        coalesce(max(case when metric_name = 'churned_mrr' then numerator end), 0) as churned_mrr,
        coalesce(max(case when metric_name = 'paused_mrr' then numerator end), 0) as paused_mrr,
        coalesce(max(case when metric_name = 'contraction_mrr' then numerator end), 0) as contraction_mrr,
        coalesce(max(case when metric_name = 'expansion_mrr' then numerator end), 0) as expansion_mrr,
        max(case when metric_name = 'net_revenue_retention' then numerator end) as retained

    from metrics
    where metric_name in ('opening_mrr', 'churned_mrr', 'paused_mrr', 'contraction_mrr', 'expansion_mrr', 'net_revenue_retention')
    group by period_type, period_start, segment_name, segment_value

),

-- the same from the closing states of opening customers
states as (

    select
        customer_periods.period_type,
        customer_periods.period_start,
        segments.segment_name,
        {{ segment_value('customer_periods.opening_') }} as segment_value,
        sum(customer_periods.closing_mrr_at_opening_rate) as retained

    from {{ ref('customer_periods') }} as customer_periods
    cross join {{ ref('int_segments') }} as segments
    where customer_periods.opening_mrr > 0
    group by 1, 2, 3, 4

)

select
    cells.*,
    states.retained as retained_in_states

from cells
left join states
    on
        cells.period_type = states.period_type
        and cells.period_start = states.period_start
        and cells.segment_name = states.segment_name
        and cells.segment_value = states.segment_value
where
    cells.retained <> cells.opening_mrr - cells.churned_mrr - cells.paused_mrr - cells.contraction_mrr + cells.expansion_mrr
    or cells.retained <> coalesce(states.retained, 0)
