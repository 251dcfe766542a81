with

as_of as (

    select * from {{ ref('int_as_of') }}

),

renewals as (

    select
        renewals.*,
        as_of.as_of_day,
        case when renewals.due_day > as_of.as_of_day then 'open' else 'pending' end as state

    from {{ ref('int_contract_renewals') }} as renewals
    cross join as_of
    where renewals.is_pending and renewals.due_day <= {{ add_days('as_of.as_of_day', var('days_ahead', 90)) }}

)

select
    renewals.due_day,
    cast({{ days_between('renewals.as_of_day', 'renewals.due_day') }} as integer) as days_until_due,
    renewals.state,
    renewals.is_renewed as is_renewed_already,
    renewals.customer_id,
    customers.customer_name,
    customers.csm,
    customers.plan,
    renewals.term_id,
    renewals.currency,
    cast(round(renewals.amount, 2) as decimal(18, 2)) as amount_local,
    cast(round(renewals.due_value, 2) as decimal(18, 2)) as due_value_per_month,
    cast(round(customers.mrr, 2) as decimal(18, 2)) as customer_mrr,
    renewals.grace_ends_day

from renewals
inner join {{ ref('customers') }} as customers on renewals.customer_id = customers.customer_id
order by renewals.due_day, renewals.due_value desc, renewals.term_id
