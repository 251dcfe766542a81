with

judged as (

    select
        judged.*,
        cast(probability as double precision) as p,
        greatest(least(cast(probability as double precision), 1 - 1e-15), 1e-15) as clipped_p,
        cast(snapshots as double precision) as n,
        cast(case when has_churned then snapshots else 0 end as double precision) as n_churned

    from {{ ref('int_churn_judged') }} as judged

),

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

sums as (

    select
        model,
        sample,
        sample_day,
        min(first_day) as first_day,
        max(last_day) as last_day,
        cast(sum(snapshots) as bigint) as snapshots,
        cast(sum(case when has_churned then snapshots else 0 end) as bigint) as churned,
        sum(n) as n,
        sum(n_churned) as n_churned,
        sum(n * p) as sum_of_p,
        sum(n_churned * (1 - p) * (1 - p) + (n - n_churned) * p * p) as sum_of_squares,
        -sum(n_churned * ln(clipped_p) + (n - n_churned) * ln(1 - clipped_p)) as sum_of_losses,
        sum(case when decile = 1 then n else 0 end) as n_top,
        sum(case when decile = 1 then n_churned else 0 end) as n_top_churned,
        cast(sum(case when has_churned then mrr else 0 end) as double precision) as churned_mrr,
        cast(sum(case when has_churned and decile = 1 then mrr else 0 end) as double precision) as top_churned_mrr

    from judged
    group by model, sample, sample_day

),

equals as (

    select
        model,
        sample,
        sample_day,
        probability,
        sum(n_churned) as n_churned,
        sum(n) as n

    from judged
    group by model, sample, sample_day, probability

),

-- ranked by probability, lowest first; who shares one stands in the middle of the ranks that they share
ranks as (

    select
        equals.*,
        sum(n) over (partition by model, sample, sample_day order by probability) - (n - 1) / 2 as mid_rank

    from equals

),

rank_sums as (

    select
        model,
        sample,
        sample_day,
        sum(n_churned * mid_rank) as rank_sum

    from ranks
    group by model, sample, sample_day

),

-- where all stay, or all leave, there is nothing to tell apart
qualities as (

    select
        sums.*,
        rank_sums.rank_sum,
        churned > 0 and churned < snapshots as has_both_classes

    from sums
    inner join rank_sums
        on
            sums.model = rank_sums.model
            and sums.sample = rank_sums.sample
            and sums.sample_day is not distinct from rank_sums.sample_day

)

select
    cast(qualities.model as varchar) as model,
    case when qualities.model = 'logistic' then models.model_version end as model_version,
    cast(qualities.sample as varchar) as sample,
    qualities.first_day,
    qualities.last_day,
    qualities.snapshots,
    qualities.churned,
    n_churned / n as churned_share,
    sum_of_p / n as mean_probability,
    case when has_both_classes then (rank_sum - n_churned * (n_churned + 1) / 2) / (n_churned * (n - n_churned)) end as auc,
    sum_of_squares / n as brier,
    case when has_both_classes then 1 - sum_of_squares / n / (n_churned / n * (1 - n_churned / n)) end as brier_skill,
    sum_of_losses / n as log_loss,
    case when has_both_classes then n_top_churned / n_top / (n_churned / n) end as top_decile_lift,
    case when has_both_classes then top_churned_mrr / churned_mrr end as top_decile_churned_mrr_share,
    n < {{ var('minimum_sample') }} as is_small_sample

from qualities
left join models on true
