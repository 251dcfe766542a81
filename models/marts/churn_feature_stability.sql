with

features as (

    select * from {{ ref('int_churn_contributions') }}

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

bins as (

    select
        bins.*,
        -- a share of nothing has no logarithm
        greatest(bins.share, 0.0001) as then_share

    from {{ ref('churn_feature_bins') }} as bins
    inner join models on bins.model_version = models.model_version

),

last_day as (

    select max(score_day) as score_day from {{ ref('int_score_days') }}

),

latest as (

    select
        features.feature,
        features.value,
        features.score_day,
        cast(count(*) over (partition by features.feature) as double precision) as customers

    from features
    inner join last_day on features.score_day = last_day.score_day
    where features.feature in (select bins.feature from bins)

),

days as (

    select distinct
        feature,
        score_day,
        customers

    from latest

),

counted as (

    select
        bins.model_version,
        bins.feature,
        bins.bin,
        bins.share,
        bins.then_share,
        days.score_day,
        days.customers,
        count(latest.feature) / days.customers as now_share

    from bins
    inner join days on bins.feature = days.feature
    left join latest
        on
            bins.feature = latest.feature
            and (
                (bins.bin = 0 and latest.value is null)
                or (
                    bins.bin > 0
                    and latest.value > coalesce(bins.lower_exclusive, latest.value - 1)
                    and latest.value <= coalesce(bins.upper_inclusive, latest.value)
                )
            )
    group by bins.model_version, bins.feature, bins.bin, bins.share, bins.then_share, days.score_day, days.customers

),

indices as (

    select
        model_version,
        feature,
        score_day,
        cast(customers as bigint) as customers,
        coalesce(max(case when bin = 0 then share end), 0) as training_missing_share,
        coalesce(max(case when bin = 0 then now_share end), 0) as missing_share,
        sum((greatest(now_share, 0.0001) - then_share) * ln(greatest(now_share, 0.0001) / then_share)) as stability_index

    from counted
    group by model_version, feature, score_day, customers

)

select
    indices.*,
    cast(
        case
            when stability_index < 0.1 then 'stable'
            when stability_index < 0.25 then 'shifting'
            else 'shifted'
        end as varchar
    ) as status

from indices
