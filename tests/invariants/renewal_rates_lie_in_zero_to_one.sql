select * from {{ ref('metrics') }}
where
    metric_name in ('renewal_rate', 'customer_renewal_rate', 'gross_renewal_value_rate')
    and (numerator < 0 or numerator > denominator or value not between 0 and 1)
