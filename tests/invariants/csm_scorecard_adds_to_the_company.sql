with

cards as (

    select
        period_type,
        period_start,
        sum(opening_customers) as opening_customers,
        sum(retained_customers) as retained_customers,
        sum(churned_customers) as churned_customers,
        sum(accounts) as accounts,
        sum(opening_mrr) as opening_mrr,
        sum(mrr) as mrr,
        sum(expansion_mrr) as expansion_mrr,
        sum(due_terms) as due_terms,
        sum(nps_answers) as nps_answers,
        sum(csat_answers) as csat_answers,
        sum(retention_cost) as retention_cost

    from {{ ref('csm_scorecard') }}
    group by period_type, period_start

),

wholes as (

    select
        period_type,
        period_start,
        {% for name in ['opening_customers', 'churned_customers', 'paying_customers', 'opening_mrr', 'mrr', 'expansion_mrr'] -%}
        coalesce(max(case when metric_name = '{{ name }}' then numerator end), 0) as {{ name }},
        {% endfor -%}
        coalesce(max(case when metric_name = 'customer_retention_rate' then numerator end), 0) as retained_customers,
        coalesce(max(case when metric_name = 'renewal_rate' then denominator end), 0) as due_terms,
        coalesce(max(case when metric_name = 'net_promoter_score' then denominator end), 0) as nps_answers,
        coalesce(max(case when metric_name = 'customer_satisfaction_score' then denominator end), 0) as csat_answers,
        coalesce(max(case when metric_name = 'customer_retention_cost' then numerator end), 0) as retention_cost

    from {{ ref('metrics') }}
    where segment_name = 'all'
    group by period_type, period_start

)

select
    wholes.*,
    cards.opening_customers as cards_opening_customers,
    cards.accounts as cards_accounts,
    cards.retention_cost as cards_retention_cost

from wholes
left join cards on wholes.period_type = cards.period_type and wholes.period_start = cards.period_start
where
    coalesce(cards.accounts, 0) <> wholes.paying_customers
    {% for name in [
        'opening_customers', 'churned_customers', 'retained_customers', 'opening_mrr', 'mrr', 'expansion_mrr', 'due_terms', 'nps_answers',
        'csat_answers'
    ] -%}
    or coalesce(cards.{{ name }}, 0) <> wholes.{{ name }}
    {% endfor -%}
    -- costs without a customer are shared out, each share rounded
    or abs(coalesce(cards.retention_cost, 0) - wholes.retention_cost) > 0.000001
