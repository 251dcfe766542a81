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
        months.month_start as cohort_month,
        months.closing_day as cohort_closing_day

    from {{ ref('int_first_payments') }} as first_payments
    inner join months
        on first_payments.first_paid_day >= months.first_day and first_payments.first_paid_day < months.month_end

),

cohorts as (

    select
        cohort_month,
        cohort_closing_day,
        count(*) as cohort_customers

    from members
    group by cohort_month, cohort_closing_day

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

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

cohort_rates as (

    select
        cohorts.cohort_month,
        rates.currency,
        rates.rate

    from cohorts
    inner join rates on cohorts.cohort_closing_day >= rates.valid_from and cohorts.cohort_closing_day < rates.valid_to

),

customer_closes as (

    select
        members.cohort_month,
        months.month_start,
        members.customer_id,
        sum(item_states.mrr) as mrr,
        sum({{ converted('item_states.mrr_local', 'cohort_rates.rate') }}) as mrr_at_cohort_rates

    from {{ ref('int_item_states') }} as item_states
    inner join months on item_states.state_day = months.closing_day and months.is_over
    inner join members on item_states.customer_id = members.customer_id and months.month_start >= members.cohort_month
    inner join cohort_rates on members.cohort_month = cohort_rates.cohort_month and item_states.currency = cohort_rates.currency
    group by members.cohort_month, months.month_start, members.customer_id

),

closes as (

    select
        cohort_month,
        month_start,
        {{ count_where('mrr > 0') }} as retained_customers,
        sum(mrr) as mrr,
        sum(mrr_at_cohort_rates) as mrr_at_cohort_rates

    from customer_closes
    group by cohort_month, month_start

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
