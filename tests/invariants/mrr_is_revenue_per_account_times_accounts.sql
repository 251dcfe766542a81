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
        coalesce(max(case when metric_name = 'paying_customers' then numerator end), 0) as paying_customers,
        max(case when metric_name = 'average_revenue_per_account' then numerator end) as arpa_mrr,
        max(case when metric_name = 'average_revenue_per_account' then denominator end) as arpa_accounts,
        max(case when metric_name = 'average_revenue_per_account' then value end) as arpa,
        max(case when metric_name = 'mrr_from_arpa' then value end) as mrr_from_arpa

    from metrics
    where metric_name in ('mrr', 'paying_customers', 'average_revenue_per_account', 'mrr_from_arpa')
    group by period_type, period_start, segment_name, segment_value

)

select * from cells
where
    arpa_mrr <> mrr
    or arpa_accounts <> paying_customers
    or (mrr_from_arpa is null) <> (paying_customers = 0)
    or abs(arpa * paying_customers - mrr) > 0.000000001 * mrr
    or abs(mrr_from_arpa - mrr) > 0.000000001 * mrr
