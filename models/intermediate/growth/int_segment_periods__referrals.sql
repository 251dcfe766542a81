with

referrals as (

    select referrals.*
    from {{ ref('stg_growth__referrals') }} as referrals
    inner join {{ ref('int_customers') }} as referrers on referrals.referrer_customer_id = referrers.customer_id
    where referrals.referred_date <= (select as_of_day from {{ ref('int_as_of') }})

),

referrers as (

    select distinct
        periods.period_type,
        periods.period_start,
        referrals.referrer_customer_id as customer_id

    from referrals
    inner join {{ ref('int_periods') }} as periods
        on referrals.referred_date >= periods.first_day and referrals.referred_date <= periods.closing_day

),

referred as (

    select distinct referred_customer_id as customer_id from referrals
    where referred_customer_id is not null

)

select
    customer_periods.period_type,
    customer_periods.period_start,
    segments.segment_name,
    {{ segment_value('customer_periods.closing_') }} as segment_value,
    {{ count_where('customer_periods.closing_mrr > 0 and referrers.customer_id is not null') }} as referring_customers,
    {{ count_where('customer_periods.is_first_paid_in_period and referred.customer_id is not null') }} as referred_new_customers

from {{ ref('int_customer_periods') }} as customer_periods
left join referrers
    on
        customer_periods.period_type = referrers.period_type
        and customer_periods.period_start = referrers.period_start
        and customer_periods.customer_id = referrers.customer_id
left join referred on customer_periods.customer_id = referred.customer_id
cross join {{ ref('int_segments') }} as segments
where
    (customer_periods.closing_mrr > 0 and referrers.customer_id is not null)
    or (customer_periods.is_first_paid_in_period and referred.customer_id is not null)
group by 1, 2, 3, 4
