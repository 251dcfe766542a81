with

as_of as (

    select * from {{ ref('int_as_of') }}

),

today as (

    select customer_days.*
    from {{ ref('int_customer_days') }} as customer_days
    inner join as_of on customer_days.state_day = as_of.as_of_day

),

churn as (

    select
        customer_id,
        churn_day,
        reason,
        count(*) over (partition by customer_id) as churn_events,
        row_number() over (partition by customer_id order by churn_day desc) as recency

    from {{ ref('int_churn_events') }}
    where not is_dropped

),

customers as (

    select
        customers.customer_id,
        customers.customer_name,
        customers.email,
        customers.parent_customer_id,
        customers.is_orphan,
        customers.created_date,
        today.plan,
        today.product_family,
        today.country,
        today.industry,
        today.company_size,
        today.acquisition_channel,
        today.csm,
        first_payments.first_paid_day,
        {{ month_of('first_payments.first_paid_day') }} as cohort_month,
        today.is_paying,
        today.is_paused,
        today.mrr,
        cast(coalesce(churn.churn_events, 0) as bigint) as churn_events,
        churn.churn_day as last_churn_day,
        churn.reason as last_churn_reason

    from {{ ref('int_customers') }} as customers
    inner join today on customers.customer_id = today.customer_id
    left join {{ ref('int_first_payments') }} as first_payments on customers.customer_id = first_payments.customer_id
    left join churn on customers.customer_id = churn.customer_id and churn.recency = 1
    -- who is first seen after the as-of day is not there yet
    where customers.first_seen_date <= (select as_of_day from as_of)

)

select * from customers
