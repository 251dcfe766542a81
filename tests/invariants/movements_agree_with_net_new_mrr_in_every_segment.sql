with

movements as (

    select
        movements.period_type,
        movements.period_start,
        segments.segment_name,
        {{ segment_value('movements.') }} as segment_value,
        sum(movements.amount) as moved

    from {{ ref('mrr_movements') }} as movements
    inner join {{ ref('int_segments') }} as segments
        on movements.movement <> 'transfer' or movements.segment_name = segments.segment_name
    where movements.period_type <> 'day'
    group by 1, 2, 3, 4

),

net_new_mrr as (

    select * from {{ ref('metrics') }}
    where metric_name = 'net_new_mrr'

)

select
    coalesce(movements.period_type, net_new_mrr.period_type) as period_type,
    coalesce(movements.period_start, net_new_mrr.period_start) as period_start,
    coalesce(movements.segment_name, net_new_mrr.segment_name) as segment_name,
    coalesce(movements.segment_value, net_new_mrr.segment_value) as segment_value,
    movements.moved,
    net_new_mrr.numerator

from movements
full outer join net_new_mrr
    on
        movements.period_type = net_new_mrr.period_type
        and movements.period_start = net_new_mrr.period_start
        and movements.segment_name = net_new_mrr.segment_name
        and movements.segment_value = net_new_mrr.segment_value
where coalesce(movements.moved, 0) <> coalesce(net_new_mrr.numerator, 0)
