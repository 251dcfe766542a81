with

predictions as (

    select
        months.month_start as period_start,
        count(*) as customers,
        sum(predictions.probability) as probability,
        sum(predictions.expected_churned_mrr) as expected_churned_mrr

    from {{ ref('churn_predictions') }} as predictions
    inner join {{ ref('int_months') }} as months on predictions.score_day = months.closing_day
    where predictions.probability is not null
    group by months.month_start

),

cells as (

    select
        period_start,
        max(case when metric_name = 'predicted_churn_rate' then numerator end) as probability,
        max(case when metric_name = 'predicted_churn_rate' then denominator end) as customers,
        max(case when metric_name = 'expected_churned_mrr' then numerator end) as expected_churned_mrr

    from {{ ref('predicted_churn_rate') }}
    where period_type = 'month' and segment_name = 'all'
    group by period_start

)

select
    coalesce(cells.period_start, predictions.period_start) as period_start,
    cells.probability,
    predictions.probability as probability_in_mart

from cells
full outer join predictions on cells.period_start = predictions.period_start
where
    coalesce(cells.probability, 0) <> coalesce(predictions.probability, 0)
    or coalesce(cells.customers, 0) <> coalesce(predictions.customers, 0)
    or coalesce(cells.expected_churned_mrr, 0) <> coalesce(predictions.expected_churned_mrr, 0)
