with

subscriptions as (

    select
        subscription_id,
        customer_id,
        started_date,
        canceled_date,
        least(
            ended_date,
            {{ "canceled_date" if var('churn_timing') == 'at_request' else 'ended_date' }}
        ) as service_end_date,
        rule

    from {{ ref('base_billing__subscriptions') }}
    where fate = 'staged' or rule = 'never_started'

),

plans as (

    select
        plan_id,
        is_free

    from {{ ref('base_billing__plans') }}
    where fate = 'staged'

),

test_customers as (

    select customer_id from {{ ref('base_billing__customers') }}
    where fate = 'staged' and is_test

),

first_rates as (

    select * from {{ ref('base_billing__first_rates') }}

),

raw_rows as not materialized (

    {{ raw_table('subscription_items') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'subscription_items') }}

),

judged_on_their_own as (

    select
        folded.*,
        subscriptions.customer_id,
        subscriptions.started_date as subscription_started_date,
        subscriptions.canceled_date as subscription_canceled_date,
        subscriptions.service_end_date,
        case
            when
                greatest(folded.effective_from_date, subscriptions.started_date)
                < least(coalesce(folded.effective_to_date, {{ forever() }}), coalesce(subscriptions.service_end_date, {{ forever() }}))
                then greatest(folded.effective_from_date, subscriptions.started_date)
        end as first_day_in_force,
        subscriptions.customer_id in (select customer_id from test_customers) as is_of_test_customer,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(
                missing_key_rule,
                duplicate_fate,
                unparseable_rule,
                missing_rule,
                case
                    when effective_to < effective_from then 'end_before_start'
                    when quantity < 0 then 'negative_quantity'
                    when unit_amount < 0 then 'negative_price'
                    when discount_percent < 0 or discount_percent > 100 or discount_amount < 0 then 'discount_out_of_range'
                    when subscriptions.rule = 'never_started' then 'never_started'
                    when subscriptions.subscription_id is null then 'unknown_subscription'
                    when plans.plan_id is null then 'unknown_plan'
                    when plans.is_free and unit_amount > 0 then 'free_plan_with_price'
                end
            )
        end as own_rule

    from folded
    left join subscriptions on folded.subscription_id = subscriptions.subscription_id
    left join plans on folded.plan_id = plans.plan_id

),

-- what is billed decides the reporting currency, so it is asked before the currency is judged
billed as (

    select
        judged_on_their_own.*,
        duplicate_fate is null and own_rule is null and not is_of_test_customer and {{ is_currency_code('currency') }} as is_billed

    from judged_on_their_own

),

reporting as (

    select
        coalesce(
            {{ reporting_currency_variable() }},
            case when min(upper(currency)) = max(upper(currency)) then min(upper(currency)) end
        ) as reporting_currency

    from billed
    where is_billed

),

judged_with_currency as not materialized (

    select
        billed.*,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(
                own_rule,
                {{ currency_rule('billed.currency', 'first_day_in_force') }}
            )
        end as rule_before_overlap

    from billed
    cross join reporting
    left join first_rates on upper(billed.currency) = first_rates.currency

),

comparable as (

    select * from judged_with_currency
    where duplicate_fate is null and rule_before_overlap is null

),

overlapping as (

    {{ overlapping_rows('comparable', key=['item_version_id'], owner='item_id', starts='effective_from', ends='effective_to', then='item_version_id') }}

),

judged as (

    select
        judged_with_currency.*,
        case
            when duplicate_fate = 'folded' then null
            when rule_before_overlap is not null then rule_before_overlap
            when item_version_id in (select item_version_id from overlapping) then 'overlapping_version'
        end as rule

    from judged_with_currency

)

{{ rows_with_fate(
    'judged', 'subscription_items',
    also=['is_billed', 'customer_id', 'subscription_started_date', 'subscription_canceled_date', 'service_end_date']
) }}
