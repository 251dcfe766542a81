with

judged as (

    select
        cohort_retention.*,
        count(*) over (partition by cohort_month) as ages,
        min(age_months) over (partition by cohort_month) as first_age,
        max(age_months) over (partition by cohort_month) as last_age,
        {{ month_of('(select as_of_day from ' ~ ref('int_as_of') ~ ')') }} as last_month

    from {{ ref('cohort_retention') }} as cohort_retention

)

select * from judged
where
    first_age <> 0
    or ages <> last_age + 1
    or last_age <> (select max(month_number) from {{ ref('int_months') }})
    or (retained_customers is null) <> (mrr is null)
    or (retained_customers is null) <> (mrr_at_cohort_rates is null)
    or (retained_customers is null and month_start < last_month)
    or (retained_customers is not null and month_start > last_month)
    or retained_customers > cohort_customers
    or (retained_customers = 0) <> (mrr = 0)
    or (age_months = 0 and mrr <> mrr_at_cohort_rates)
    or (age_months = 0 and revenue_retention_rate <> 1)
    or customer_retention_rate not between 0 and 1
    or revenue_retention_rate < 0
