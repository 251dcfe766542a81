with

periods as (

    select * from {{ ref('int_periods') }}

),

-- customers of the close and their MRR; those without a manager stand under (unknown) and not in the whole
accounts as (

    select
        period_type,
        period_start,
        closing_csm as csm,
        count(*) as accounts,
        sum(closing_mrr) as accounts_mrr

    from {{ ref('int_customer_periods') }}
    where closing_mrr > 0
    group by period_type, period_start, closing_csm

),

managers as (

    select distinct
        state_day,
        csm

    from {{ ref('int_customer_days') }}

),

-- managers with a customer on the closing day, paying or not
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
