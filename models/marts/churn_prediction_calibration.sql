{#- 95%: z = 1.959963984540054, 3.8414588206941254 is its square -#}
{%- set z = '1.959963984540054' -%}
{%- set z2 = '3.8414588206941254' -%}
with

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'churn'

),

deciles as (

    select
        model,
        sample,
        sample_day,
        decile,
        -- of the sample, not of the tenth
        min(min(first_day)) over (partition by model, sample, sample_day) as first_day,
        max(max(last_day)) over (partition by model, sample, sample_day) as last_day,
        cast(sum(snapshots) as bigint) as snapshots,
        cast(sum(case when has_churned then snapshots else 0 end) as bigint) as churned,
        cast(min(probability) as decimal(38, 10)) as lowest_probability,
        cast(max(probability) as decimal(38, 10)) as highest_probability,
        cast(sum(snapshots * probability) as double precision) / sum(snapshots) as mean_probability,
        cast(sum(snapshots) as double precision) as n,
        cast(sum(case when has_churned then snapshots else 0 end) as double precision) / sum(snapshots) as churned_share

    from {{ ref('int_churn_judged') }}
    group by model, sample, sample_day, decile

),

limits as (

    select
        deciles.*,
        (churned_share + {{ z2 }} / (2 * n)) / (1 + {{ z2 }} / n) as midpoint,
        {{ z }} * sqrt(churned_share * (1 - churned_share) / n + {{ z2 }} / (4 * n * n)) / (1 + {{ z2 }} / n) as half_width

    from deciles

)

select
    cast(limits.model as varchar) as model,
    case when limits.model = 'logistic' then models.model_version end as model_version,
    cast(limits.sample as varchar) as sample,
    limits.first_day,
    limits.last_day,
    limits.decile,
    limits.snapshots,
    limits.churned,
    limits.lowest_probability,
    limits.highest_probability,
    limits.mean_probability,
    limits.churned_share,
    case when churned = 0 then 0 else midpoint - half_width end as lower_bound,
    case when churned = snapshots then 1 else midpoint + half_width end as upper_bound,
    n < {{ var('minimum_sample') }} as is_small_sample

from limits
left join models on true
