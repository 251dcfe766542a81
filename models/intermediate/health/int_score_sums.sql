{%- set sums = ['closing_mrr', 'scores', 'weighted_scores', 'banded_mrr', 'at_risk_mrr', 'predicted_probability', 'expected_churned_mrr'] -%}
{%- set counts = {
    'closing_customers': 'true',
    'banded_customers': 'is_banded',
    'green_customers': "colour = 'green'",
    'yellow_customers': "colour = 'yellow'",
    'red_customers': "colour = 'red'",
    'at_risk_customers': 'is_at_risk',
    'predicted_customers': 'probability is not null'
} %}
{{ summed_over_customers(['score_day', 'attribute_set'], settled_by='score_day', changed='int_changed_evidence') }}
with

customers as (

    select
        score_days.score_day,
        score_days.mrr,
        coalesce(scores.is_banded, false) as is_banded,
        case when scores.is_banded then scores.score end as score,
        case when scores.is_banded then scores.colour end as colour,
        cast(probabilities.probability as decimal(38, 10)) as probability,
        coalesce(scores.is_banded and scores.colour = 'red', false)
        or coalesce(probabilities.probability >= {{ var('risk_threshold') }}, false) as is_at_risk,
        score_days.attribute_set

    from {{ ref('int_score_days') }} as score_days
    left join {{ ref('int_health_scores') }} as scores
        on score_days.customer_id = scores.customer_id and score_days.score_day = scores.score_day
    left join {{ ref('int_churn_probabilities') }} as probabilities
        on score_days.customer_id = probabilities.customer_id and score_days.score_day = probabilities.score_day

),

valued as (

    select
        customers.*,
        mrr as closing_mrr,
        coalesce(score, 0) as scores,
        cast(coalesce(score * score, 0) as decimal(38, 20)) as scores_squares,
        case when is_banded then {{ converted('score', 'mrr') }} else 0 end as weighted_scores,
        case when is_banded then mrr else 0 end as banded_mrr,
        case when is_at_risk then mrr else 0 end as at_risk_mrr,
        coalesce(probability, 0) as predicted_probability,
        coalesce({{ converted('probability', 'mrr') }}, 0) as expected_churned_mrr

    from customers

)

select
    score_day,
    attribute_set,
    {% for name in sums -%}
    cast(sum({{ name }}) as decimal(38, 10)) as {{ name }},
    {% endfor -%}
    cast(sum(scores_squares) as decimal(38, 20)) as scores_squares,
    {% for name, condition in counts.items() -%}
    {{ count_where(condition) }} as {{ name }},
    {% endfor -%}
    count(*) as customer_periods

from valued
group by score_day, attribute_set
