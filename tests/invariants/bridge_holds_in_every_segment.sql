with

metrics as (

    select * from {{ ref('metrics') }}

),

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        coalesce(max(case when metric_name = 'mrr' then numerator end), 0) as mrr,
        coalesce(max(case when metric_name = 'opening_mrr' then numerator end), 0) as opening_mrr,
        coalesce(max(case when metric_name = 'new_mrr' then numerator end), 0) as new_mrr,
        coalesce(max(case when metric_name = 'reactivation_mrr' then numerator end), 0) as reactivation_mrr,
        coalesce(max(case when metric_name = 'resumed_mrr' then numerator end), 0) as resumed_mrr,
        coalesce(max(case when metric_name = 'expansion_mrr' then numerator end), 0) as expansion_mrr,
        coalesce(max(case when metric_name = 'contraction_mrr' then numerator end), 0) as contraction_mrr,
        coalesce(max(case when metric_name = 'churned_mrr' then numerator end), 0) as churned_mrr,
        coalesce(max(case when metric_name = 'paused_mrr' then numerator end), 0) as paused_mrr,
        coalesce(max(case when metric_name = 'fx_mrr' then numerator end), 0) as fx_mrr,
        coalesce(max(case when metric_name = 'transferred_mrr' then numerator end), 0) as transferred_mrr,
        coalesce(max(case when metric_name = 'net_new_mrr' then numerator end), 0) as net_new_mrr

    from metrics
    where metric_name in (
        'mrr',
        'opening_mrr',
        'new_mrr',
        'reactivation_mrr',
        'resumed_mrr',
        'expansion_mrr',
        'contraction_mrr',
        'churned_mrr',
        'paused_mrr',
        'fx_mrr',
        'transferred_mrr',
        'net_new_mrr'
    )
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where
    mrr
    <> opening_mrr + new_mrr + reactivation_mrr + resumed_mrr + expansion_mrr - contraction_mrr - churned_mrr - paused_mrr + fx_mrr
    + transferred_mrr
    or net_new_mrr <> mrr - opening_mrr
    or (segment_name = 'all' and transferred_mrr <> 0)
