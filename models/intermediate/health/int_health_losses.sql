{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence', as_view=true) }}
with

-- measures, and the cap that binds
losses as (

    select
        customer_id,
        score_day,
        measure,
        false as is_cap,
        points_lost

    from {{ ref('int_health_measures') }}
    where points_lost > 0

    union all

    select
        customer_id,
        score_day,
        cap,
        true,
        uncapped_score - score

    from {{ ref('int_health_scores') }}
    where cap is not null

)

select
    customer_id,
    score_day,
    measure,
    is_cap,
    row_number() over (partition by customer_id, score_day order by points_lost desc, {{ text_order('measure') }}, is_cap) as points_lost_rank

from losses
