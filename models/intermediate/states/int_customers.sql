with

customers as (

    select * from {{ ref('stg_billing__customers') }}

),

-- whoever is named by a row of any table, listed or not
named as (

    select customer_id, min(created_date) as first_seen_date from customers group by customer_id
    union all
    select customer_id, min(started_date) from {{ ref('stg_billing__subscriptions') }} group by customer_id
    union all
    select customer_id, min(term_start_date) from {{ ref('stg_billing__contract_terms') }} group by customer_id
    union all
    select customer_id, min(issued_date) from {{ ref('stg_billing__invoices') }} group by customer_id
    union all
    select customer_id, min(ordered_date) from {{ ref('stg_billing__orders') }} group by customer_id
    union all
    select customer_id, min(created_date) from {{ ref('stg_product__users') }} group by customer_id
    union all
    select customer_id, min(occurred_date) from {{ ref('stg_product__usage_events') }} group by customer_id
    union all
    select customer_id, min(started_date) from {{ ref('stg_product__sessions') }} group by customer_id
    union all
    select customer_id, min(entitled_from_date) from {{ ref('stg_product__entitlements') }} group by customer_id
    union all
    select customer_id, min(reached_date) from {{ ref('stg_product__milestones') }} group by customer_id
    union all
    select customer_id, min(first_interaction_date) from {{ ref('stg_product__first_touches') }} group by customer_id
    union all
    select customer_id, min(measured_date) from {{ ref('stg_product__outcomes') }} group by customer_id
    union all
    select customer_id, min(created_date) from {{ ref('stg_support__tickets') }} group by customer_id
    union all
    select customer_id, min(queued_date) from {{ ref('stg_support__calls') }} group by customer_id
    union all
    select customer_id, min(sent_date) from {{ ref('stg_voice__survey_responses') }} group by customer_id
    union all
    select customer_id, min(received_date) from {{ ref('stg_voice__feedback') }} group by customer_id
    union all
    select customer_id, min(trial_start_date) from {{ ref('stg_growth__trials') }} group by customer_id
    union all
    select customer_id, min(presented_date) from {{ ref('stg_growth__offers') }} group by customer_id
    union all
    select customer_id, min(incurred_date) from {{ ref('stg_growth__costs') }} group by customer_id
    union all
    select customer_id, min(occurred_date) from {{ ref('stg_growth__loyalty_events') }} group by customer_id
    union all
    select customer_id, min(assigned_from_date) from {{ ref('stg_success__csm_assignments') }} group by customer_id
    union all
    select customer_id, min(occurred_date) from {{ ref('stg_success__csm_touches') }} group by customer_id
    union all
    select referrer_customer_id, min(referred_date) from {{ ref('stg_growth__referrals') }} group by referrer_customer_id

),

known as (

    select
        customer_id,
        min(first_seen_date) as first_seen_date

    from named
    where customer_id is not null
    group by customer_id

)

select
    known.customer_id,
    customers.customer_name,
    customers.email,
    customers.parent_customer_id,
    customers.created_date,
    known.first_seen_date,
    coalesce(customers.country, '(unknown)') as country,
    coalesce(customers.industry, '(unknown)') as industry,
    coalesce(customers.company_size, '(unknown)') as company_size,
    coalesce(customers.acquisition_channel, '(unknown)') as acquisition_channel,
    customers.customer_id is null as is_orphan

from known
left join customers on known.customer_id = customers.customer_id
where not coalesce(customers.is_test, false)
