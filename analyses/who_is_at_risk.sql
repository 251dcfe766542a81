with

customers as (

    select * from {{ ref('customer_360') }}
    where state = 'paying' and (health_band = 'red' or churn_risk_tier = 'high')

),

-- of the three largest contributions to the prediction, those that make churn likelier
likelier as (

    {% for rank in (1, 2, 3) -%}
    select
        customer_id,
        score_day,
        {{ rank }} as reason_rank,
        reason_{{ rank }} as reason
    from {{ ref('churn_predictions') }}
    where reason_{{ rank }}_contribution > 0
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

predictions as (

    select
        customer_id,
        score_day,
        {{ dbt.listagg('reason', "', '", 'order by reason_rank') }} as likelier_by

    from likelier
    group by customer_id, score_day

)

select
    customers.customer_id,
    customers.customer_name,
    customers.csm,
    customers.plan,
    cast(round(customers.mrr, 2) as decimal(18, 2)) as mrr,
    cast(round(sum(customers.mrr) over (order by customers.mrr desc, customers.customer_id), 2) as decimal(18, 2)) as mrr_so_far,
    case
        when customers.health_band = 'red' and customers.churn_risk_tier = 'high' then 'red and predicted'
        when customers.health_band = 'red' then 'red'
        else 'predicted'
    end as at_risk_as,
    cast(round(customers.health_score, 1) as decimal(18, 1)) as health_score,
    customers.health_trend,
    customers.health_reasons as points_lost_by,
    cast(round(100 * customers.churn_probability, 1) as decimal(18, 1)) as churn_percent,
    predictions.likelier_by,
    customers.next_renewal_day,
    customers.days_since_touch,
    customers.next_best_reason

from customers
left join predictions on customers.customer_id = predictions.customer_id and customers.as_of_day = predictions.score_day
order by customers.mrr desc, customers.customer_id
