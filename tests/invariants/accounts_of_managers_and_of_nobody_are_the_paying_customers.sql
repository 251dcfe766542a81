with

managed as (

    select
        metric_name,
        period_type,
        period_start,
        sum(numerator) as figure

    from {{ ref('metrics') }}
    where metric_name in ('accounts_per_csm', 'mrr_per_csm') and segment_name = 'csm'
    group by metric_name, period_type, period_start

),

wholes as (

    select * from {{ ref('metrics') }}
    where segment_name = 'all'

)

select
    wholes.metric_name,
    wholes.period_type,
    wholes.period_start,
    wholes.numerator,
    managed.figure

from wholes
left join managed
    on
        wholes.period_type = managed.period_type
        and wholes.period_start = managed.period_start
        and managed.metric_name = case wholes.metric_name when 'mrr' then 'mrr_per_csm' else 'accounts_per_csm' end
where
    wholes.metric_name in ('mrr', 'paying_customers')
    and exists (select 1 from managed)
    and wholes.numerator <> coalesce(managed.figure, 0)
