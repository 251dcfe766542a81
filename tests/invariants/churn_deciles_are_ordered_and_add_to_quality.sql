with

deciles as (

    select
        calibration.*,
        lag(decile) over (partition by model, sample, last_day order by decile) as decile_before,
        lag(lowest_probability) over (partition by model, sample, last_day order by decile) as lowest_before,
        lag(snapshots) over (partition by model, sample, last_day order by decile) as snapshots_before,
        first_value(snapshots) over (partition by model, sample, last_day order by decile) as snapshots_of_first

    from {{ ref('churn_prediction_calibration') }} as calibration

),

sums as (

    select
        model,
        sample,
        last_day,
        sum(snapshots) as snapshots,
        sum(churned) as churned

    from deciles
    group by model, sample, last_day

)

select
    'order' as law,
    model,
    sample,
    last_day,
    decile
from deciles
where
    decile <> coalesce(decile_before, 0) + 1
    or highest_probability > lowest_before
    or snapshots > snapshots_before
    or snapshots_of_first - snapshots > 1
    or mean_probability not between cast(lowest_probability as double precision) - 1e-9 and cast(highest_probability as double precision) + 1e-9
    or churned_share not between lower_bound and upper_bound
    or lower_bound < 0
    or upper_bound > 1

union all

select
    'sum',
    coalesce(sums.model, quality.model),
    coalesce(sums.sample, quality.sample),
    coalesce(sums.last_day, quality.last_day),
    null
from sums
full outer join {{ ref('churn_prediction_quality') }} as quality
    on sums.model = quality.model and sums.sample = quality.sample and sums.last_day = quality.last_day
where coalesce(sums.snapshots, 0) <> coalesce(quality.snapshots, 0) or coalesce(sums.churned, 0) <> coalesce(quality.churned, 0)
