with

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'customer_lifetime_value' then value end) as lifetime_value,
        max(case when metric_name = 'customer_lifetime_value_without_margin' then value end) as lifetime_revenue,
        max(case when metric_name = 'clv_to_cac_ratio' then value end) as value_to_cost,
        max(case when metric_name = 'average_revenue_per_account' then value end) as revenue_per_account,
        max(case when metric_name = 'customer_lifespan_months' then value end) as lifespan_months,
        max(case when metric_name = 'customer_acquisition_cost' then value end) as acquisition_cost

    from {{ ref('metrics') }}
    group by period_type, period_start, segment_name, segment_value

),

margins as (

    select
        period_type,
        period_start,
        value as margin

    from {{ ref('metrics') }}
    where metric_name = 'gross_margin_rate' and segment_name = 'all'

)

select
    cells.*,
    margins.margin

from cells
left join margins on cells.period_type = margins.period_type and cells.period_start = margins.period_start
where
    abs(cells.revenue_per_account * cells.lifespan_months - cells.lifetime_revenue) > 1e-9 * cells.lifetime_revenue
    or abs(cells.lifetime_revenue * margins.margin - cells.lifetime_value) > 1e-9 * abs(cells.lifetime_value)
    or abs(cells.value_to_cost * cells.acquisition_cost - cells.lifetime_value) > 1e-9 * abs(cells.lifetime_value)
    or (cells.revenue_per_account is not null and cells.lifespan_months is not null) <> (cells.lifetime_revenue is not null)
