select * from {{ ref('metrics') }}
where
    metric_name in ('gross_revenue_retention', 'gross_revenue_retention_by_product')
    and (numerator < 0 or numerator > denominator or value not between 0 and 1)
