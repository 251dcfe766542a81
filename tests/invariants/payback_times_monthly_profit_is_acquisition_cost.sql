with

cells as (

    select
        period_type,
        period_start,
        segment_name,
        segment_value,
        max(case when metric_name = 'cac_payback_months' then value end) as payback,
        max(case when metric_name = 'cac_payback_months_all_accounts' then value end) as payback_all_accounts,
        max(case when metric_name = 'average_selling_price' then value end) as selling_price,
        max(case when metric_name = 'average_revenue_per_account' then value end) as revenue_per_account,
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
inner join margins on cells.period_type = margins.period_type and cells.period_start = margins.period_start
where
    abs(cells.payback * cells.selling_price * margins.margin - cells.acquisition_cost) > 1e-9 * cells.acquisition_cost
    or abs(cells.payback_all_accounts * cells.revenue_per_account * margins.margin - cells.acquisition_cost) > 1e-9 * cells.acquisition_cost
    or (
        margins.margin > 0 and cells.revenue_per_account > 0 and cells.acquisition_cost is not null
        and cells.payback_all_accounts is null
    )
