{#- 95%: z = 1.959963984540054, 3.8414588206941254 is its square -#}
{%- set z = '1.959963984540054' -%}
{%- set z2 = '3.8414588206941254' -%}
with

bands as (

    select
        score_day,
        profile,
        colour,
        count(*) as customers,
        {{ count_where('has_churned') }} as churned,
        cast(count(*) as double precision) as n,
        cast({{ count_where('has_churned') }} as double precision) / count(*) as churned_share

    from {{ ref('int_health_outcomes') }}
    group by score_day, profile, colour

),

limits as (

    select
        bands.*,
        (churned_share + {{ z2 }} / (2 * n)) / (1 + {{ z2 }} / n) as midpoint,
        {{ z }} * sqrt(churned_share * (1 - churned_share) / n + {{ z2 }} / (4 * n * n)) / (1 + {{ z2 }} / n) as half_width

    from bands

)

select
    score_day,
    cast(profile as varchar) as profile,
    cast(colour as varchar) as colour,
    customers,
    churned,
    churned_share,
    case when churned = 0 then 0 else midpoint - half_width end as lower_bound,
    case when churned = customers then 1 else midpoint + half_width end as upper_bound,
    customers < {{ var('minimum_sample') }} as is_small_sample

from limits
