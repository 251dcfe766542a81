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
        coalesce(max(case when metric_name = 'upsell_mrr' then numerator end), 0) as upsell_mrr,
        coalesce(max(case when metric_name = 'cross_sell_mrr' then numerator end), 0) as cross_sell_mrr,
        coalesce(max(case when metric_name = 'price_increase_mrr' then numerator end), 0) as price_increase_mrr,
        coalesce(max(case when metric_name = 'discount_expiry_mrr' then numerator end), 0) as discount_expiry_mrr

    from metrics
    where metric_name in ('gross_expansion_mrr', 'upsell_mrr', 'cross_sell_mrr', 'price_increase_mrr', 'discount_expiry_mrr')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where gross_expansion_mrr <> upsell_mrr + cross_sell_mrr + price_increase_mrr + discount_expiry_mrr
