with

periods as (

    select * from {{ ref('int_periods') }}

),

-- managers with a customer on the day, paying or not
managers as (

    select
        sums.state_day,
        attribute_sets.csm,
        sum(sums.paying_customers) as accounts,
        sum(sums.mrr) as accounts_mrr

    from {{ ref('int_balance_sums') }} as sums
    inner join {{ ref('int_attribute_sets') }} as attribute_sets on sums.attribute_set = attribute_sets.attribute_set
    group by sums.state_day, attribute_sets.csm

),

-- customers of the close and their MRR; those without a manager stand under (unknown) and not in the whole
accounts as (

    select
        periods.period_type,
        periods.period_start,
        managers.csm,
        managers.accounts,
        managers.accounts_mrr

    from periods
    inner join managers on periods.closing_day = managers.state_day
    where managers.accounts > 0

),

capacities as (

    select
        periods.period_type,
        periods.period_start,
        managers.csm,
        csms.fte

    from periods
    inner join managers on periods.closing_day = managers.state_day
    inner join {{ ref('stg_success__csms') }} as csms on managers.csm = csms.csm_id

),

touches as (

    select
        periods.period_type,
        periods.period_start,
        touches.csm,
        count(*) as touches

    from {{ ref('int_touches') }} as touches
    inner join periods on touches.touch_day >= periods.first_day and touches.touch_day <= periods.closing_day
    group by periods.period_type, periods.period_start, touches.csm

),

measures as (

    select period_type, period_start, csm, csm <> '(unknown)' as is_in_all, accounts, accounts_mrr, 0 as fte, 0 as touches from accounts
    union all
    select period_type, period_start, csm, true, 0, 0, fte, 0 from capacities
    union all
    select period_type, period_start, csm, true, 0, 0, 0, touches from touches

),

cells as (

    select period_type, period_start, 'csm' as segment_name, csm as segment_value, accounts, accounts_mrr, fte, touches from measures
    where 'csm' in (select segment_name from {{ ref('int_segments') }})
    union all
    select period_type, period_start, 'all', 'all', accounts, accounts_mrr, fte, touches from measures
    where is_in_all

)

select
    period_type,
    period_start,
    segment_name,
    segment_value,
    cast(sum(accounts) as bigint) as accounts,
    cast(sum(accounts_mrr) as decimal(38, 10)) as accounts_mrr,
    cast(sum(fte) as decimal(38, 10)) as fte,
    cast(sum(touches) as bigint) as touches

from cells
group by period_type, period_start, segment_name, segment_value
