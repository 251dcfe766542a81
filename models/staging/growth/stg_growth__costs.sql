with

costs as (

    select * from {{ ref('base_growth__costs') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    costs.cost_id,
    costs.incurred_at,
    costs.incurred_date,
    lower(costs.purpose) as purpose,
    costs.category,
    costs.acquisition_channel,
    coalesce(merges.into_customer_id, costs.customer_id) as customer_id,
    costs.period_start,
    costs.period_start_date,
    costs.period_end,
    costs.period_end_date,
    costs.amount,
    upper(costs.currency) as currency

from costs
left join merges on costs.customer_id = merges.from_customer_id
