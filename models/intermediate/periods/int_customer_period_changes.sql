{{ made_by_customer(settled_by='period') }}
with

periods as (

    select * from {{ ref('int_periods') }}

),

rates as (

    select * from {{ ref('int_state_day_rates') }}

),

-- what the closing items in other currencies would be worth more or less at the rates of the opening day
revalued as (

    select
        periods.period_type,
        periods.period_start,
        pieces.customer_id,
        sum({{ converted('pieces.mrr', 'opening_rates.rate') }} - {{ converted('pieces.mrr', 'closing_rates.rate') }}) as revaluation

    from periods
    inner join rates as opening_rates on periods.opening_day = opening_rates.state_day
    inner join rates as closing_rates
        on periods.closing_day = closing_rates.state_day and opening_rates.currency = closing_rates.currency
    inner join {{ ref('int_item_pieces') }} as pieces
        on
            opening_rates.currency = pieces.currency
            and periods.closing_day >= pieces.valid_from
            and periods.closing_day < pieces.valid_to
    where pieces.mrr > 0 and opening_rates.rate <> closing_rates.rate
    group by periods.period_type, periods.period_start, pieces.customer_id

),

openings as (

    select * from {{ ref('int_customer_balances') }}
    where state_day in (select opening_day from periods)

),

-- whoever does not stand as on the opening day; a period is what lies between two balances. Outer joins, though each has its opening: whatever is
-- known of the sizes, they come after the fewer who have changed
ends as (

    select
        periods.period_type,
        periods.period_start,
        closing.customer_id,
        opening.attribute_set as opening_set,
        closing.attribute_set as closing_set,
        opening.stands_since as opening_since,
        closing.stands_since as closing_since,
        opening.is_paying or closing.paying_spans > opening.paying_spans as is_served,
        opening.is_paused as is_paused_at_opening,
        closing.is_paused as is_paused_at_closing,
        opening.paying_spans = 0 and closing.paying_spans > 0 as is_first_paid_in_period,
        opening.mrr as opening_mrr,
        closing.mrr as closing_mrr,
        closing.mrr + coalesce(revalued.revaluation, 0) as closing_mrr_at_opening_rate,
        {{ scaled('(closing.mrr_days_to_date - opening.mrr_days_to_date)', 10) }} as mrr_day_units,
        periods.days,
        closing.monthly_mrr_to_date - opening.monthly_mrr_to_date as monthly_average_mrr,
        closing.committed_mrr,
        closing.churn_events - opening.churn_events as churn_events,
        case when closing.last_churn_day > periods.opening_day then closing.last_churn_day end as last_churn_day

    from periods
    inner join {{ ref('int_customer_balances') }} as closing
        on periods.closing_day = closing.state_day and closing.stands_since > periods.opening_day
    left join openings as opening
        on closing.customer_id = opening.customer_id and periods.opening_day = opening.state_day
    left join revalued
        on
            periods.period_type = revalued.period_type
            and periods.period_start = revalued.period_start
            and closing.customer_id = revalued.customer_id

)

select
    period_type,
    period_start,
    customer_id,
    opening_set,
    closing_set,
    opening_since,
    closing_since,
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
    end as movement,
    is_served,
    is_paused_at_opening,
    is_paused_at_closing,
    is_first_paid_in_period,
    opening_mrr,
    closing_mrr,
    cast(closing_mrr_at_opening_rate as decimal(38, 10)) as closing_mrr_at_opening_rate,
    cast({{ rounded_quotient('mrr_day_units', 'days') }} as decimal(38, 10)) as average_mrr,
    cast(monthly_average_mrr as decimal(38, 10)) as monthly_average_mrr,
    committed_mrr,
    churn_events,
    last_churn_day

from ends
