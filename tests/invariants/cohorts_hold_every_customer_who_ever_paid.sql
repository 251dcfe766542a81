with

cohorts as (

    select
        cohort_month,
        max(cohort_customers) as cohort_customers,
        min(cohort_customers) as least_customers

    from {{ ref('cohort_retention') }}
    group by cohort_month

),

customers as (

    select
        cohort_month,
        count(*) as customers

    from {{ ref('customers') }}
    where first_paid_day >= (select min(first_day) from {{ ref('int_months') }})
    group by cohort_month

)

select
    coalesce(cohorts.cohort_month, customers.cohort_month) as cohort_month,
    cohorts.cohort_customers,
    customers.customers

from cohorts
full outer join customers on cohorts.cohort_month = customers.cohort_month
where coalesce(cohorts.cohort_customers, 0) <> coalesce(customers.customers, 0) or cohorts.least_customers <> cohorts.cohort_customers
