with

first_events as (

    select min(created_date) as first_day from {{ ref('base_billing__customers') }} where fate = 'staged'
    union all
    select min(started_date) from {{ ref('stg_billing__subscriptions') }}
    union all
    select min(effective_from_date) from {{ ref('stg_billing__subscription_items') }}
    union all
    select min(term_start_date) from {{ ref('stg_billing__contract_terms') }}
    union all
    select min(issued_date) from {{ ref('stg_billing__invoices') }}
    union all
    select min(period_start_date) from {{ ref('stg_billing__invoice_lines') }}
    union all
    select min(ordered_date) from {{ ref('stg_billing__orders') }}
    union all
    select min(created_date) from {{ ref('stg_product__users') }}
    union all
    select min(occurred_date) from {{ ref('stg_product__usage_events') }}
    union all
    select min(started_date) from {{ ref('stg_product__sessions') }}
    union all
    select min(trial_start_date) from {{ ref('stg_growth__trials') }}
    union all
    select min(reached_date) from {{ ref('stg_product__milestones') }}
    union all
    select min(first_interaction_date) from {{ ref('stg_product__first_touches') }}
    union all
    select min(signed_date) from {{ ref('stg_product__first_touches') }}
    union all
    select min(measured_date) from {{ ref('stg_product__outcomes') }}
    union all
    select min(created_date) from {{ ref('stg_support__tickets') }}
    union all
    select min(queued_date) from {{ ref('stg_support__calls') }}
    union all
    select min(sent_date) from {{ ref('stg_voice__survey_responses') }}
    union all
    select min(received_date) from {{ ref('stg_voice__feedback') }}
    union all
    select min(presented_date) from {{ ref('stg_growth__offers') }}
    union all
    select min(referred_date) from {{ ref('stg_growth__referrals') }}
    union all
    select min(incurred_date) from {{ ref('stg_growth__costs') }}
    union all
    select min(occurred_date) from {{ ref('stg_growth__loyalty_events') }}
    union all
    select min(occurred_date) from {{ ref('stg_success__csm_touches') }}

),

spine as (

    select
        {{ month_of("coalesce(cast(nullif('" ~ (var('history_start') or '') ~ "', '') as date), min(first_day))") }} as first_month,
        {{ month_of('(select as_of_day from ' ~ ref('int_as_of') ~ ')') }} as last_month

    from first_events

),

numbers as (

    {{ numbers('select ' ~ months_between('first_month', 'last_month') ~ ' from spine') }}

),

months as (

    select
        {{ add_months('spine.first_month', 'numbers.n') }} as month_start,
        {{ add_months('spine.first_month', 'numbers.n + 1') }} as month_end,
        numbers.n as month_number

    from spine
    cross join numbers

)

select
    months.*,
    greatest(month_start, {{ history_start_day() }}) as first_day,
    least({{ add_days('month_end', -1) }}, (select as_of_day from {{ ref('int_as_of') }})) as closing_day

from months
