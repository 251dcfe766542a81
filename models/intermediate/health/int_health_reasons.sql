{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
select
    customer_id,
    score_day,
    cast({{ dbt.listagg('measure', "', '", 'order by points_lost_rank') }} as varchar) as reasons,
    max(case when points_lost_rank = 1 then measure end) as worst_measure

from {{ ref('int_health_losses') }}
where points_lost_rank <= 3
group by customer_id, score_day
