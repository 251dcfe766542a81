{%- set settled = 'closing_day < (select as_of_day from ' ~ ref('int_as_of') ~ ')' -%}
{%- set settled_before = 'closing_day < (select as_of_day from last_build)' -%}
with

last_build as (

    select * from {{ of_last_build('int_as_of', 'cast(null as date) as as_of_day') }}

),

subscriptions as (

    select
        subscription_id,
        customer_id,
        ended_date,
        canceled_date,
        cancel_reason,
        is_involuntary

    from {{ ref('stg_billing__subscriptions') }}

),

interruptions as (

    select
        subscriptions.customer_id,
        interruptions.*

    from {{ ref('int_subscription_interruptions') }} as interruptions
    inner join subscriptions on interruptions.subscription_id = subscriptions.subscription_id

),

invoiced as (

    select
        lines.*,
        months.closing_day

    from {{ ref('int_invoice_line_months') }} as lines
    inner join {{ ref('int_months') }} as months on lines.month_start = months.month_start

),

users as (

    select
        users.*,
        periods.closing_day

    from {{ ref('int_customer_period_users') }} as users
    inner join {{ ref('int_periods') }} as periods
        on users.period_type = periods.period_type and users.period_start = periods.period_start

),

-- what the tables made by_customer read of a customer
row_hashes as (

    {% for relation in ['subscriptions', 'interruptions', ref('int_item_versions'), ref('int_usage_pieces'), ref('int_customers'), ref('int_customer_attribute_spans')] -%}
    select
        customer_id,
        {{ row_hash('that_row') }} as row_hash,
        {{ row_hash('that_row') }} as row_hash_before
    from {{ relation }} as that_row
    union all
    {% endfor -%}
    -- the months and periods that are open change for everybody
    {% for relation in ['invoiced', 'users'] -%}
    select
        customer_id,
        case when {{ settled }} then {{ row_hash('that_row') }} else 0 end,
        case when {{ settled_before }} then {{ row_hash('that_row') }} else 0 end
    from {{ relation }} as that_row
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    customer_id,
    cast(sum(row_hash) as decimal(38, 0)) as fingerprint,
    cast(sum(row_hash_before) as decimal(38, 0)) as fingerprint_at_last_build

from row_hashes
group by customer_id
