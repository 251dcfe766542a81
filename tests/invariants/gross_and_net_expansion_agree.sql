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
        coalesce(max(case when metric_name = 'gross_expansion_mrr' then numerator end), 0) as gross_expansion_mrr,
        coalesce(max(case when metric_name = 'gross_contraction_mrr' then numerator end), 0) as gross_contraction_mrr,
        coalesce(max(case when metric_name = 'expansion_mrr' then numerator end), 0) as expansion_mrr,
        coalesce(max(case when metric_name = 'contraction_mrr' then numerator end), 0) as contraction_mrr

    from metrics
    where metric_name in ('gross_expansion_mrr', 'gross_contraction_mrr', 'expansion_mrr', 'contraction_mrr')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where gross_expansion_mrr - gross_contraction_mrr <> expansion_mrr - contraction_mrr
