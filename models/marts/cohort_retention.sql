with

months as (

    select
        months.*,
        closing_day = {{ add_days('month_end', -1) }} as is_over

    from {{ ref('int_months') }} as months

),

members as (

    select
        first_payments.customer_id,
        months.month_start as cohort_month

    from {{ ref('int_first_payments') }} as first_payments
    inner join months
        on first_payments.first_paid_day >= months.first_day and first_payments.first_paid_day < months.month_end

),

cohorts as (

    select
        cohort_month,
        count(*) as cohort_customers

    from members
    group by cohort_month

),

ages as (

    {{ numbers('select max(month_number) from ' ~ ref('int_months')) }}

),

-- every cohort at every age, those to come included
square as (

    select
        cohorts.cohort_month,
        ages.n as age_months,
        {{ add_months('cohorts.cohort_month', 'ages.n') }} as month_start,
        cohorts.cohort_customers

    from cohorts
    cross join ages

),

closes as (

    select
        sums.cohort_month,
        months.month_start,
        sums.retained_customers,
        sums.mrr,
        sums.mrr_at_cohort_rates

    from {{ ref('int_cohort_sums') }} as sums
    inner join months on sums.state_day = months.closing_day and months.is_over

),

observed as (

    select
        square.*,
        cast(case when months.is_over then coalesce(closes.retained_customers, 0) end as bigint) as retained_customers,
        cast(case when months.is_over then coalesce(closes.mrr, 0) end as decimal(38, 10)) as mrr,
        cast(case when months.is_over then coalesce(closes.mrr_at_cohort_rates, 0) end as decimal(38, 10)) as mrr_at_cohort_rates

    from square
    left join months on square.month_start = months.month_start
    left join closes on square.cohort_month = closes.cohort_month and square.month_start = closes.month_start

),

cohort_retention as (

    select
        observed.*,
        max(case when age_months = 0 then mrr_at_cohort_rates end) over (partition by cohort_month) as first_mrr

    from observed

)

select
    cohort_month,
    age_months,
    month_start,
    cast(cohort_customers as bigint) as cohort_customers,
    retained_customers,
    cast(retained_customers as double precision) / cast(cohort_customers as double precision) as customer_retention_rate,
    mrr,
    mrr_at_cohort_rates,
    cast(mrr_at_cohort_rates as double precision) / cast(nullif(first_mrr, 0) as double precision) as revenue_retention_rate

from cohort_retention
