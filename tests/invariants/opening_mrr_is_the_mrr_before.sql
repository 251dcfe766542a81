with

months as (

    select
        period_start,
        period_end,
        max(case when metric_name = 'mrr' then numerator end) as mrr,
        max(case when metric_name = 'opening_mrr' then numerator end) as opening_mrr

    from {{ ref('metrics') }}
    where metric_name in ('mrr', 'opening_mrr') and period_type = 'month' and segment_name = 'all'
    group by period_start, period_end

)

select
    months.period_start,
    before.mrr,
    months.opening_mrr

from months
inner join months as before on months.period_start = before.period_end
where months.opening_mrr <> before.mrr
