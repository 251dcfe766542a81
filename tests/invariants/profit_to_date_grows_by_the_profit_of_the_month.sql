with

months as (

    select
        period_start,
        sum(case when metric_name = 'historic_customer_lifetime_value' then numerator end) as profit_to_date,
        sum(case when metric_name = 'gross_margin_rate' then numerator end) as profit

    from {{ ref('metrics') }}
    where
        metric_name in ('historic_customer_lifetime_value', 'gross_margin_rate')
        and period_type = 'month'
        and segment_name = 'all'
    group by period_start

),

running as (

    select
        months.*,
        sum(profit) over (order by period_start) as sum_of_profits

    from months

)

select * from running
where profit_to_date <> sum_of_profits
