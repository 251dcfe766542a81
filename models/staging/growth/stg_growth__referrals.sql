with

referrals as (

    select * from {{ ref('base_growth__referrals') }}
    where fate = 'staged'

),

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

)

select
    referrals.referral_id,
    coalesce(referrers.into_customer_id, referrals.referrer_customer_id) as referrer_customer_id,
    coalesce(referred.into_customer_id, referrals.referred_customer_id) as referred_customer_id,
    referrals.referred_at,
    referrals.referred_date,
    referrals.converted_at,
    referrals.converted_date

from referrals
left join merges as referrers on referrals.referrer_customer_id = referrers.from_customer_id
left join merges as referred on referrals.referred_customer_id = referred.from_customer_id
