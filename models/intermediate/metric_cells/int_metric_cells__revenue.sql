with

-- every metric file of the family stands here once: amounts, counts and ratios ...
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

),

-- ... and figures that are no quotient of sums
statistics as (

    select * from {{ ref('mrr_from_arpa') }}
    union all
    select * from {{ ref('top_decile_revenue_share') }}

)

{{ metric_cells(['figures', 'statistics']) }}
