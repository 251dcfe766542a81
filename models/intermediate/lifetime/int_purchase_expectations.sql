{%- set horizon = 'cast(' ~ var('purchase_horizon_days') ~ ' as double precision) / 7' -%}
{#-
    E[Y(t)] of BG/NBD has a factor 1 / (a - 1) x (1 - w^(r + x) 2F1(r + x, b + x; c; z)), c = a + b + x - 1, z = t / (alpha + T + t), w = 1 - z.
    By Euler's transformation w^(r + x) 2F1(r + x, b + x; c; z) = w^(a - 1) 2F1(c - r - x, a - 1; c; z), whose terms from the second on hold a - 1:
    taken out, nothing is left that grows large and cancels, nor that fails at a = 1 or c = 0:

        c x factor = c (1 - w^(a - 1)) / (a - 1) - w^(a - 1) x sum of u(k), k = 1, 2 ...
        u(1) = (c - r - x) z, u(k + 1) = u(k) x z x (a + k - 1) (c - r - x + k) / ((c + k) (k + 1))
-#}
with recursive

models as (

    select * from {{ ref('int_models_in_force') }}
    where kind = 'purchase_lifetime'

),

parameters as (

    select parameters.*
    from {{ ref('purchase_lifetimes') }} as parameters
    inner join models on parameters.model_version = models.model_version

),

summaries as (

    select * from {{ ref('int_purchase_summaries') }}

),

-- the series knows a customer by these two numbers alone
histories as (

    select distinct
        summaries.frequency,
        summaries.age_weeks,
        parameters.a,
        parameters.a + parameters.b + summaries.frequency - 1 as c,
        parameters.a + parameters.b - 1 - parameters.r as d,
        {{ horizon }} / (parameters.alpha + summaries.age_weeks + {{ horizon }}) as z

    from summaries
    cross join parameters

),

series as (

    select
        frequency,
        age_weeks,
        a,
        c,
        d,
        z,
        1 as k,
        d * z as term,
        d * z as total

    from histories

    union all

    select
        frequency,
        age_weeks,
        a,
        c,
        d,
        z,
        k + 1,
        term * z * (a + k - 1) * (d + k) / ((c + k) * (k + 1)),
        total + term * z * (a + k - 1) * (d + k) / ((c + k) * (k + 1))

    from series
    where abs(term) > 1e-17 and k < 20000

),

last_terms as (

    select
        frequency,
        age_weeks,
        max(k) as k

    from series
    group by frequency, age_weeks

),

numerators as (

    select
        series.frequency,
        series.age_weeks,
        series.c
        * case when series.a = 1 then -ln(1 - series.z) else (1 - power(1 - series.z, series.a - 1)) / (series.a - 1) end
        - power(1 - series.z, series.a - 1) * series.total as purchases_if_alive

    from series
    inner join last_terms
        on series.frequency = last_terms.frequency and series.age_weeks = last_terms.age_weeks and series.k = last_terms.k

),

-- the odds against being alive; a logarithm, since the power may leave the range of floating numbers
alive as (

    select
        summaries.*,
        parameters.p,
        parameters.q,
        parameters.v,
        case
            when summaries.frequency = 0 then cast(1 as double precision)
            else 1 / (
                1 + exp(
                    least(
                        ln(parameters.a / (parameters.b + summaries.frequency - 1))
                        + (parameters.r + summaries.frequency)
                        * ln((parameters.alpha + summaries.age_weeks) / (parameters.alpha + summaries.recency_weeks)),
                        cast(700 as double precision)
                    )
                )
            )
        end as probability_alive

    from summaries
    cross join parameters

)

select
    alive.customer_id,
    cast(alive.probability_alive as decimal(38, 10)) as probability_alive,
    cast(alive.probability_alive * numerators.purchases_if_alive as decimal(38, 10)) as expected_purchases,
    case
        when alive.p * alive.paid_repeat_purchases + alive.q > 1
            then cast(
                alive.p * (alive.v + cast(coalesce(alive.paid_repeat_purchases * alive.mean_repeat_amount, 0) as double precision))
                / (alive.p * alive.paid_repeat_purchases + alive.q - 1) as decimal(38, 10)
            )
    end as expected_amount

from alive
inner join numerators on alive.frequency = numerators.frequency and alive.age_weeks = numerators.age_weeks
