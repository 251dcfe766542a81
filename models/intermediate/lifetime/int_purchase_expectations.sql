{%- set horizon = 'cast(' ~ var('purchase_horizon_days') ~ ' as double precision) / 7' -%}
{%- set u = '(forms.e * ln(1 - forms.z))' -%}
{#-
    E[Y(t)] of BG/NBD is P(alive) x c / (a - 1) x (1 - w^(r + x) F(r + x, b + x; c; z)): c = a + b + x - 1, z = t / (alpha + T + t), w = 1 - z, F the
    hypergeometric series. By Euler's transformation w^(r + x) F(r + x, b + x; c; z) = w^(a - 1) F(a - 1, c - r - x; c; z). One of the two series has
    terms that fall faster than z^k: the first where a > r + x + 1, else the second; there a - 1 is a factor of all terms but the first one of F, and
    taken out of them nothing fails at a = 1. Both are of one form, e the exponent and first argument, q the second one:

        c / (a - 1) x (1 - w^e F(e, q; c; z)) = c (1 - w^e) / (a - 1) - w^e x sum of u(k), k = 1, 2 ...
        u(1) = e q z / (a - 1), u(k + 1) = u(k) z (e + k) (q + k) / ((c + k) (k + 1))
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
        parameters.r,
        parameters.a,
        parameters.b,
        parameters.a + parameters.b + summaries.frequency - 1 as c,
        parameters.a > parameters.r + summaries.frequency + 1 as is_first_form,
        {{ horizon }} / (parameters.alpha + summaries.age_weeks + {{ horizon }}) as z

    from summaries
    cross join parameters

),

forms as (

    select
        histories.*,
        case when is_first_form then r + frequency else a - 1 end as e,
        case when is_first_form then b + frequency else c - r - frequency end as q,
        case when is_first_form then (r + frequency) / (a - 1) else 1 end as e_of_a

    from histories

),

series as (

    select
        frequency,
        age_weeks,
        c,
        e,
        q,
        z,
        1 as k,
        e_of_a * q * z as term,
        e_of_a * q * z as total

    from forms

    union all

    select
        frequency,
        age_weeks,
        c,
        e,
        q,
        z,
        k + 1,
        term * z * (e + k) * (q + k) / ((c + k) * (k + 1)),
        total + term * z * (e + k) * (q + k) / ((c + k) * (k + 1))

    from series
    where abs(term) > 1e-17 * abs(total) and k < 20000

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
        forms.frequency,
        forms.age_weeks,
        forms.c * case
            -- near a = 1 the difference would lose its digits: -ln(w) (e^u - 1) / u, by the first terms of its series
            when not forms.is_first_form and abs({{ u }}) < 1e-3
                then -ln(1 - forms.z) * (1 + {{ u }} / 2 + {{ u }} * {{ u }} / 6 + {{ u }} * {{ u }} * {{ u }} / 24)
            else (1 - power(1 - forms.z, forms.e)) / (forms.a - 1)
        end
        - power(1 - forms.z, forms.e) * series.total as purchases_if_alive

    from forms
    inner join last_terms on forms.frequency = last_terms.frequency and forms.age_weeks = last_terms.age_weeks
    inner join series
        on last_terms.frequency = series.frequency and last_terms.age_weeks = series.age_weeks and last_terms.k = series.k

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
    cast(
        case
            when alive.p * alive.paid_repeat_purchases + alive.q > 1
                then
                    alive.p * (alive.v + cast(coalesce(alive.paid_repeat_purchases * alive.mean_repeat_amount, 0) as double precision))
                    / (alive.p * alive.paid_repeat_purchases + alive.q - 1)
        end as decimal(38, 10)
    ) as expected_amount

from alive
inner join numerators on alive.frequency = numerators.frequency and alive.age_weeks = numerators.age_weeks
