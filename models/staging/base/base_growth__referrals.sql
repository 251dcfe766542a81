with

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

),

raw_rows as not materialized (

    {{ raw_table('referrals') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'referrals') }}

),

judged as (

    select
        folded.*,
        case
            when coalesce(referrers.into_customer_id, referrer_customer_id) = coalesce(referred.into_customer_id, referred_customer_id) then 'self_referral'
            when converted_at < referred_at then 'converted_before_referral'
        end as own_rule

    from folded
    left join merges as referrers on folded.referrer_customer_id = referrers.from_customer_id
    left join merges as referred on folded.referred_customer_id = referred.from_customer_id

)

{{ judged_rows('judged', 'referrals') }}
