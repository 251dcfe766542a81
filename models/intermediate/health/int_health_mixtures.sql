{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
select
    customer_id,
    score_day,
    config_version,
    profile,
    cast(sum(presence) as bigint) as presence,
    cast(sum(ages) as bigint) as ages

from {{ ref('int_health_judgements') }}
group by customer_id, score_day, config_version, profile
