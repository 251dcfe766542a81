{{ made_by_customer(settled_by='score_day', changed='int_changed_evidence') }}
with

months as (

    select * from {{ ref('int_months') }}

),

score_days as (

    select * from {{ ref('int_score_days') }}

),

pieces as (

    select * from {{ ref('int_item_pieces') }}
    where mrr > 0

),

rates as (

    select * from {{ ref('int_state_day_rates') }}

),

invoices as (

    select * from {{ ref('stg_billing__invoices') }}
    where status in ('open', 'paid', 'uncollectible')

),

versions as (

    select * from {{ ref('int_item_versions') }}

),

-- paid without a day of payment counts as always paid
past_due as (

    select
        months.closing_day,
        invoices.customer_id,
        min(invoices.due_date) as due_date

    from invoices
    inner join months
        on
            invoices.issued_date <= months.closing_day
            and invoices.due_date < months.closing_day
            and coalesce(invoices.paid_date, {{ forever() }}) > months.closing_day
    where invoices.status <> 'paid' or invoices.paid_date is not null
    group by months.closing_day, invoices.customer_id

),

-- 90 days before, at the rates of the score day
mrr_before as (

    select
        score_days.customer_id,
        score_days.score_day,
        score_days.mrr,
        cast(sum({{ converted('pieces.mrr', 'rates.rate') }}) as decimal(38, 10)) as mrr_before

    from score_days
    inner join pieces
        on
            score_days.customer_id = pieces.customer_id
            and {{ add_days('score_days.score_day', -90) }} >= pieces.valid_from
            and {{ add_days('score_days.score_day', -90) }} < pieces.valid_to
    inner join rates on score_days.score_day = rates.state_day and pieces.currency = rates.currency
    group by score_days.customer_id, score_days.score_day, score_days.mrr

),

-- most customers have cancelled nothing, and are not looked at
cancelled as (

    select distinct customer_id from versions
    where canceled_date is not null

),

cancellations as (

    select
        score_days.customer_id,
        score_days.score_day

    from score_days
    inner join cancelled on score_days.customer_id = cancelled.customer_id
    inner join pieces
        on
            score_days.customer_id = pieces.customer_id
            and score_days.score_day >= pieces.valid_from
            and score_days.score_day < pieces.valid_to
    -- usage is no item
    inner join versions on pieces.item_version_id = versions.item_version_id
    group by score_days.customer_id, score_days.score_day
    having min(case when versions.canceled_date <= score_days.score_day then 1 else 0 end) = 1

)

select
    customer_id,
    closing_day as score_day,
    'days_past_due' as measure,
    cast({{ days_between('due_date', 'closing_day') }} as decimal(38, 10)) as raw_value,
    cast(1 as bigint) as observations,
    cast(0 as integer) as age_days

from past_due

union all

select
    customer_id,
    score_day,
    'mrr_change',
    {{ exact_share('mrr', 'mrr_before') }},
    1,
    0

from mrr_before
where mrr_before > 0

union all

select
    customer_id,
    score_day,
    'cancellation_scheduled',
    cast(1 as decimal(38, 10)),
    1,
    0

from cancellations
