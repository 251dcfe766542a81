with

trials as (

    select * from {{ ref('base_growth__trials') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    trials.trial_id,
    coalesce(merges.into_customer_id, trials.customer_id) as customer_id,
    trials.subscription_id,
    trials.trial_start_at,
    trials.trial_start_date,
    trials.trial_end_at,
    trials.trial_end_date,
    trials.converted_at,
    trials.converted_date

from trials
left join merges on trials.customer_id = merges.from_customer_id
