{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
-- what moves the probability most, either way
with

ranked as (

    select
        customer_id,
        score_day,
        feature,
        contribution,
        row_number() over (partition by customer_id, score_day order by abs(contribution) desc, {{ text_order('feature') }}) as reason_rank

    from {{ ref('int_churn_contributions') }}
    where contribution <> 0

)

select
    customer_id,
    score_day,
    {%- for rank in (1, 2, 3) %}
    cast(max(case when reason_rank = {{ rank }} then feature end) as varchar) as reason_{{ rank }},
    cast(max(case when reason_rank = {{ rank }} then contribution end) as decimal(38, 10)) as reason_{{ rank }}_contribution{{ ',' if not loop.last }}
    {%- endfor %}

from ranked
where reason_rank <= 3
group by customer_id, score_day
