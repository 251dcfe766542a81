with

-- every metric file stands here once: amounts, counts and ratios ...
figures as (

    select * from {{ ref('mrr') }}
    union all
    select * from {{ ref('opening_mrr') }}
    union all
    select * from {{ ref('arr') }}
    union all
    select * from {{ ref('new_mrr') }}
    union all
    select * from {{ ref('expansion_mrr') }}
    union all
    select * from {{ ref('upsell_mrr') }}
    union all
    select * from {{ ref('cross_sell_mrr') }}
    union all
    select * from {{ ref('price_increase_mrr') }}
    union all
    select * from {{ ref('discount_expiry_mrr') }}
    union all
    select * from {{ ref('contraction_mrr') }}
    union all
    select * from {{ ref('churned_mrr') }}
    union all
    select * from {{ ref('reactivation_mrr') }}
    union all
    select * from {{ ref('paused_mrr') }}
    union all
    select * from {{ ref('resumed_mrr') }}
    union all
    select * from {{ ref('fx_mrr') }}
    union all
    select * from {{ ref('net_new_mrr') }}
    union all
    select * from {{ ref('mrr_growth_rate') }}
    union all
    select * from {{ ref('quick_ratio') }}
    union all
    select * from {{ ref('expansion_revenue_rate') }}
    union all
    select * from {{ ref('average_revenue_per_account') }}
    union all
    select * from {{ ref('average_revenue_per_user') }}
    union all
    select * from {{ ref('average_selling_price') }}
    union all
    select * from {{ ref('invoiced_recurring_revenue') }}
    union all
    select * from {{ ref('mrr_invoice_gap_rate') }}
    union all
    select * from {{ ref('transferred_mrr') }}
    union all
    select * from {{ ref('net_revenue_retention') }}
    union all
    select * from {{ ref('gross_revenue_retention') }}
    union all
    select * from {{ ref('gross_revenue_churn_rate') }}
    union all
    select * from {{ ref('net_revenue_churn_rate') }}
    union all
    select * from {{ ref('customer_churn_rate') }}
    union all
    select * from {{ ref('customer_shrinkage_rate') }}
    union all
    select * from {{ ref('voluntary_churn_rate') }}
    union all
    select * from {{ ref('involuntary_churn_rate') }}
    union all
    select * from {{ ref('customer_retention_rate') }}
    union all
    select * from {{ ref('renewal_rate') }}
    union all
    select * from {{ ref('repeat_purchase_ratio') }}
    union all
    select * from {{ ref('paying_customers') }}
    union all
    select * from {{ ref('opening_customers') }}
    union all
    select * from {{ ref('new_customers') }}
    union all
    select * from {{ ref('reactivated_customers') }}
    union all
    select * from {{ ref('churned_customers') }}
    union all
    select * from {{ ref('churn_events') }}
    union all
    select * from {{ ref('paused_customers') }}
    union all
    select * from {{ ref('resumed_customers') }}
    union all
    select * from {{ ref('joined_and_left_customers') }}
    union all
    select * from {{ ref('churned_from_paused_customers') }}
    union all
    select * from {{ ref('contracted_customers') }}
    union all
    select * from {{ ref('renewals_pending') }}

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('mrr_from_arpa') }}
    union all
    select * from {{ ref('top_decile_revenue_share') }}
    union all
    select * from {{ ref('customer_churn_rate_daily') }}
    union all
    select * from {{ ref('customer_churn_rate_annualised') }}

),

definitions as (

    select * from {{ ref('metric_definitions') }}

),

periods as (

    select * from {{ ref('int_periods') }}

),

pending as (

    select * from {{ ref('int_pending_units') }}
    where pending_units > 0

),

cells as (

    select
        metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        numerator,
        denominator,
        cast(null as double precision) as statistic
    from figures

    union all

    select
        metric_name,
        period_type,
        period_start,
        segment_name,
        segment_value,
        cast(null as decimal(38, 10)),
        cast(null as decimal(38, 10)),
        value
    from statistics

),

-- the one division; both parts are made floating numbers first, so that every engine divides alike
divided as (

    select
        cells.*,
        periods.period_end,
        periods.is_over and pending.metric_name is null as is_complete,
        case definitions.kind
            when 'statistic' then cells.statistic
            when 'ratio' then cast(cells.numerator as double precision) / nullif(cast(cells.denominator as double precision), 0)
            else cast(cells.numerator as double precision)
        end as value,
        case when definitions.interval_method = 'wilson' and cells.denominator > 0 then cast(cells.denominator as double precision) end as n

    from cells
    inner join periods
        on cells.period_type = periods.period_type and cells.period_start = periods.period_start
    left join definitions on cells.metric_name = definitions.metric_name
    left join pending
        on
            cells.metric_name = pending.metric_name
            and cells.period_type = pending.period_type
            and cells.period_start = pending.period_start

),

-- Wilson's interval at 95%: z = 1.959963984540054, 3.8414588206941254 is its square
intervals as (

    select
        divided.*,
        (value + 3.8414588206941254 / (2 * n)) / (1 + 3.8414588206941254 / n) as midpoint,
        1.959963984540054 * sqrt(value * (1 - value) / n + 3.8414588206941254 / (4 * n * n))
        / (1 + 3.8414588206941254 / n) as half_width

    from divided

)

select
    cast(metric_name as varchar) as metric_name,
    cast(period_type as varchar) as period_type,
    period_start,
    period_end,
    is_complete,
    cast(segment_name as varchar) as segment_name,
    cast(segment_value as varchar) as segment_value,
    numerator,
    denominator,
    value,
    case when value > 0 then midpoint - half_width when n > 0 then 0 end as lower_bound,
    case when value < 1 then midpoint + half_width when n > 0 then 1 end as upper_bound,
    cast(n as bigint) as sample_size

from intervals
