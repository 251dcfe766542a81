{%- set customer_measures = [
    'opening_customers', 'retained_customers', 'churned_customers', 'accounts', 'opening_mrr', 'kept_mrr', 'kept_mrr_without_expansion',
    'expansion_mrr', 'mrr'
] -%}
{%- set unit_measures = ['due_terms', 'renewed_terms', 'nps_answers', 'nps_votes', 'csat_answers', 'satisfied_answers'] -%}
with

periods as (

    select * from {{ ref('int_periods') }}

),

managers as (

    select * from {{ ref('stg_success__csms') }}

),

-- a customer belongs, with all of the period, to the manager of the day before
customers as (

    select
        customers.*,
        opening_mrr - churned_mrr - paused_mrr - contraction_mrr + expansion_mrr as kept_mrr,
        retained_mrr as kept_mrr_without_expansion

    from {{ ref('int_scorecard_customers') }} as customers

),

units as (

    select * from {{ ref('int_scorecard_units') }}

),

costs as (

    select * from {{ ref('int_scorecard_costs') }}

),

cells as (

    select period_type, period_start, csm from customers
    where opening_customers > 0 or accounts > 0
    union
    select period_type, period_start, csm from units
    where due_terms > 0 or nps_answers > 0 or csat_answers > 0
    union
    select period_type, period_start, csm from costs
    where retention_cost > 0

),

measures as (

    select
        cells.period_type,
        cells.period_start,
        periods.period_end,
        periods.is_over,
        cells.csm as csm_id,
        managers.name as csm_name,
        managers.team,
        managers.fte,
        {% for name in customer_measures -%}
        coalesce(customers.{{ name }}, 0) as {{ name }},
        {% endfor -%}
        {% for name in unit_measures -%}
        coalesce(units.{{ name }}, 0) as {{ name }},
        {% endfor -%}
        coalesce(costs.retention_cost, 0) as retention_cost

    from cells
    inner join periods on cells.period_type = periods.period_type and cells.period_start = periods.period_start
    left join managers on cells.csm = managers.csm_id
    left join customers
        on
            cells.period_type = customers.period_type
            and cells.period_start = customers.period_start
            and cells.csm = customers.csm
    left join units
        on
            cells.period_type = units.period_type
            and cells.period_start = units.period_start
            and cells.csm = units.csm
    left join costs
        on
            cells.period_type = costs.period_type
            and cells.period_start = costs.period_start
            and cells.csm = costs.csm

),

rates as (

    select
        measures.*,
        cast(retained_customers as double precision) / nullif(opening_customers, 0) as customer_retention_rate,
        cast(kept_mrr as double precision) / nullif(cast(opening_mrr as double precision), 0) as net_revenue_retention,
        cast(kept_mrr_without_expansion as double precision) / nullif(cast(opening_mrr as double precision), 0) as gross_revenue_retention,
        cast(renewed_terms as double precision) / nullif(due_terms, 0) as renewal_rate,
        cast(nps_votes as double precision) / nullif(nps_answers, 0) as net_promoter_score,
        cast(satisfied_answers as double precision) / nullif(csat_answers, 0) as customer_satisfaction_score,
        opening_customers < {{ var('minimum_sample') }} as is_small_sample

    from measures

),

ranks as (

    select
        period_type,
        period_start,
        csm_id,
        rank() over (partition by period_type, period_start order by net_revenue_retention desc) as retention_rank

    from rates
    where not is_small_sample and csm_id <> '(unknown)' and net_revenue_retention is not null

)

select
    cast(rates.period_type as varchar) as period_type,
    rates.period_start,
    rates.period_end,
    rates.is_over,
    cast(rates.csm_id as varchar) as csm_id,
    cast(rates.csm_name as varchar) as csm_name,
    cast(rates.team as varchar) as team,
    cast(rates.fte as decimal(38, 10)) as fte,
    cast(rates.opening_customers as bigint) as opening_customers,
    cast(rates.retained_customers as bigint) as retained_customers,
    cast(rates.churned_customers as bigint) as churned_customers,
    rates.customer_retention_rate,
    cast(rates.opening_mrr as decimal(38, 10)) as opening_mrr,
    rates.net_revenue_retention,
    rates.gross_revenue_retention,
    cast(rates.expansion_mrr as decimal(38, 10)) as expansion_mrr,
    cast(rates.due_terms as bigint) as due_terms,
    rates.renewal_rate,
    cast(rates.nps_answers as bigint) as nps_answers,
    rates.net_promoter_score,
    cast(rates.csat_answers as bigint) as csat_answers,
    rates.customer_satisfaction_score,
    cast(rates.retention_cost as decimal(38, 10)) as retention_cost,
    cast(rates.accounts as bigint) as accounts,
    cast(rates.mrr as decimal(38, 10)) as mrr,
    rates.is_small_sample,
    cast(ranks.retention_rank as bigint) as retention_rank

from rates
left join ranks
    on
        rates.period_type = ranks.period_type
        and rates.period_start = ranks.period_start
        and rates.csm_id = ranks.csm_id
