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
        periods.closing_day,
        referrals.referrer_customer_id as customer_id

    from referrals
    inner join {{ ref('int_periods') }} as periods
        on referrals.referred_date >= periods.first_day and referrals.referred_date <= periods.closing_day

),

referred as (

    select distinct referred_customer_id as customer_id from referrals
    where referred_customer_id is not null

),

-- who pays at the close and referred somebody in the period; who first paid in it and was referred
counted as (

    select
        referrers.period_type,
        referrers.period_start,
        balances.attribute_set,
        1 as referring_customers,
        0 as referred_new_customers

    from referrers
    inner join {{ ref('int_customer_balances') }} as balances
        on referrers.customer_id = balances.customer_id and referrers.closing_day = balances.state_day
    where balances.mrr > 0

    union all

    select
        changes.period_type,
        changes.period_start,
        changes.closing_set,
        0,
        1

    from {{ ref('int_customer_period_changes') }} as changes
    inner join referred on changes.customer_id = referred.customer_id
    where changes.is_first_paid_in_period

)

select
    counted.period_type,
    counted.period_start,
    segments.segment_name,
    {{ segment_value('attribute_sets.') }} as segment_value,
    cast(sum(counted.referring_customers) as bigint) as referring_customers,
    cast(sum(counted.referred_new_customers) as bigint) as referred_new_customers

from counted
inner join {{ ref('int_attribute_sets') }} as attribute_sets on counted.attribute_set = attribute_sets.attribute_set
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
