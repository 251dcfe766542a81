with

period_ends as (

    select
        period_type,
        period_start,
        customer_id,
        sum(case when period_end_name = 'opening' then mrr else 0 end) as opening_mrr,
        sum(case when period_end_name = 'closing' then mrr else 0 end) as closing_mrr,
        sum(case when period_end_name = 'closing' then mrr_at_opening_rate else 0 end) as closing_mrr_at_opening_rate

    from {{ ref('int_item_period_ends') }}
    group by period_type, period_start, customer_id

),

periods as (

    select * from {{ ref('int_periods') }}

),

first_payments as (

    select * from {{ ref('int_first_payments') }}

),

customer_days as (

    select * from {{ ref('int_customer_days') }}

),

-- whoever paid, or was paused, on the opening day or any day of the period
present as (

    select
        periods.period_type,
        periods.period_start,
        periods.opening_day,
        periods.closing_day,
        spans.customer_id,
        {{ any_true('spans.is_paying') }} as is_served

    from {{ ref('int_customer_spans') }} as spans
    inner join periods
        on spans.valid_from <= periods.closing_day and spans.valid_to > periods.opening_day
    where spans.is_paying or spans.is_paused
    group by periods.period_type, periods.period_start, periods.opening_day, periods.closing_day, spans.customer_id

),

states as (

    select
        present.period_type,
        present.period_start,
        present.customer_id,
        present.is_served,
        coalesce(period_ends.opening_mrr, 0) as opening_mrr,
        coalesce(period_ends.closing_mrr, 0) as closing_mrr,
        coalesce(period_ends.closing_mrr_at_opening_rate, 0) as closing_mrr_at_opening_rate,
        coalesce(opening_days.is_paused, false) as is_paused_at_opening,
        coalesce(closing_days.is_paused, false) as is_paused_at_closing,
        first_payments.first_paid_day,
        coalesce(
            first_payments.first_paid_day > present.opening_day and first_payments.first_paid_day <= present.closing_day, false
        ) as is_first_paid_in_period

    from present
    left join period_ends
        on
            present.period_type = period_ends.period_type
            and present.period_start = period_ends.period_start
            and present.customer_id = period_ends.customer_id
    left join customer_days as opening_days
        on present.customer_id = opening_days.customer_id and present.opening_day = opening_days.state_day
    left join customer_days as closing_days
        on present.customer_id = closing_days.customer_id and present.closing_day = closing_days.state_day
    left join first_payments on present.customer_id = first_payments.customer_id

),

classified as (

    select
        states.*,
        case
            when opening_mrr > 0 and closing_mrr = 0 then case when is_paused_at_closing then 'paused' else 'churn' end
            when opening_mrr = 0 and closing_mrr > 0
                then case
                    when is_paused_at_opening then 'resumed'
                    when is_first_paid_in_period then 'new'
                    else 'reactivation'
                end
            when opening_mrr > 0 and closing_mrr_at_opening_rate > opening_mrr then 'expansion'
            when opening_mrr > 0 and closing_mrr_at_opening_rate < opening_mrr then 'contraction'
            else 'none'
        end as movement

    from states

)

select
    classified.*,
    cast(case when movement = 'new' then closing_mrr else 0 end as decimal(38, 10)) as new_mrr,
    cast(case when movement = 'reactivation' then closing_mrr else 0 end as decimal(38, 10)) as reactivation_mrr,
    cast(case when movement = 'resumed' then closing_mrr else 0 end as decimal(38, 10)) as resumed_mrr,
    cast(case when movement = 'expansion' then closing_mrr_at_opening_rate - opening_mrr else 0 end as decimal(38, 10)) as expansion_mrr,
    cast(case when movement = 'contraction' then opening_mrr - closing_mrr_at_opening_rate else 0 end as decimal(38, 10)) as contraction_mrr,
    cast(case when movement = 'churn' then opening_mrr else 0 end as decimal(38, 10)) as churned_mrr,
    cast(case when movement = 'paused' then opening_mrr else 0 end as decimal(38, 10)) as paused_mrr,
    cast(case when opening_mrr > 0 and closing_mrr > 0 then closing_mrr - closing_mrr_at_opening_rate else 0 end as decimal(38, 10)) as fx_mrr,
    cast(case when opening_mrr > 0 then least(opening_mrr, closing_mrr_at_opening_rate) else 0 end as decimal(38, 10)) as retained_mrr

from classified
