{{ made_by_customer() }}
with

pieces as (

    select * from {{ ref('int_item_pieces') }}
    where mrr > 0

),

-- month ends, the as-of day, and the opening days of first periods
state_days as (

    select * from {{ ref('int_state_days') }}

),

spine as (

    select
        min(state_day) as first_opening_day,
        max(state_day) as last_day
    from state_days

),

rates as (

    select * from {{ ref('int_exchange_rate_spans') }}

),

revalued_customers as (

    select distinct customer_id from pieces
    where currency in (select currency from rates group by currency having count(*) > 1)

),

-- the days on which the MRR of a customer can change: its items change, or a month closes at other rates; between them nothing is asked
asked_days as (

    select customer_id, valid_from as movement_day from pieces
    union
    select customer_id, valid_to from pieces
    union
    select
        pieces.customer_id,
        state_days.state_day
    from pieces
    inner join state_days on state_days.state_day >= pieces.valid_from and state_days.state_day < pieces.valid_to
    where pieces.customer_id in (select customer_id from revalued_customers)
    union
    select
        pieces.customer_id,
        spine.first_opening_day
    from pieces
    inner join spine on spine.first_opening_day >= pieces.valid_from and spine.first_opening_day < pieces.valid_to

),

days_in_spine as (

    select
        asked_days.customer_id,
        asked_days.movement_day,
        {{ add_days('asked_days.movement_day', -1) }} as day_before

    from asked_days
    inner join spine
        on asked_days.movement_day >= spine.first_opening_day and asked_days.movement_day <= spine.last_day

),

calendar_days as (

    select movement_day as rate_day from days_in_spine
    union
    select day_before from days_in_spine

),

day_rates as (

    select
        calendar_days.rate_day,
        rates.currency,
        rates.rate

    from calendar_days
    inner join rates on calendar_days.rate_day >= rates.valid_from and calendar_days.rate_day < rates.valid_to

),

-- an item in force on the day before ends on this day or later; one in force on this day begins on it or earlier
valued as (

    select
        days_in_spine.customer_id,
        days_in_spine.movement_day,
        days_in_spine.day_before,
        sum(
            case when pieces.valid_from < days_in_spine.movement_day then {{ converted('pieces.mrr', 'rates_before.rate') }} else 0 end
        ) as mrr_before,
        sum(
            case when pieces.valid_to > days_in_spine.movement_day then {{ converted('pieces.mrr', 'rates_before.rate') }} else 0 end
        ) as mrr_at_rates_before,
        sum(
            case when pieces.valid_to > days_in_spine.movement_day then {{ converted('pieces.mrr', 'rates_of_day.rate') }} else 0 end
        ) as mrr

    from days_in_spine
    inner join pieces
        on
            days_in_spine.customer_id = pieces.customer_id
            and pieces.valid_from <= days_in_spine.movement_day
            and pieces.valid_to >= days_in_spine.movement_day
    inner join day_rates as rates_before
        on days_in_spine.day_before = rates_before.rate_day and pieces.currency = rates_before.currency
    inner join day_rates as rates_of_day
        on days_in_spine.movement_day = rates_of_day.rate_day and pieces.currency = rates_of_day.currency
    group by days_in_spine.customer_id, days_in_spine.movement_day, days_in_spine.day_before

),

-- where the customer stood on a day and on the day before
spans as (

    select
        customer_spans.*,
        lag(is_paused) over (partition by customer_id order by valid_from) as was_paused,
        lag(attribute_set) over (partition by customer_id order by valid_from) as last_set

    from (
        select
            customer_id,
            valid_from,
            valid_to,
            is_paused,
            {{ hash_of(segment_attributes().split(', ')) }} as attribute_set
        from {{ ref('int_customer_spans') }}
    ) as customer_spans

),

placed as (

    select
        valued.*,
        first_payments.first_paid_day,
        spans.is_paused,
        spans.attribute_set,
        case when valued.movement_day = spans.valid_from then spans.was_paused else spans.is_paused end as was_paused,
        case when valued.movement_day = spans.valid_from then spans.last_set else spans.attribute_set end as set_before

    from valued
    inner join spans
        on
            valued.customer_id = spans.customer_id
            and valued.movement_day >= spans.valid_from
            and valued.movement_day < spans.valid_to
    left join {{ ref('int_first_payments') }} as first_payments on valued.customer_id = first_payments.customer_id

),

described as (

    select
        placed.*,
        case
            when mrr_before > 0 and mrr = 0 then case when is_paused then 'paused' else 'churn' end
            when mrr_before = 0 and mrr > 0
                then case
                    when was_paused then 'resumed'
                    when movement_day = first_paid_day then 'new'
                    else 'reactivation'
                end
            when mrr_at_rates_before > mrr_before then 'expansion'
            when mrr_at_rates_before < mrr_before then 'contraction'
            else 'none'
        end as movement,
        case
            when mrr_before > 0 and mrr > 0 then mrr_at_rates_before - mrr_before
            else mrr - mrr_before
        end as movement_mrr

    from placed

),

-- what the rates did on quiet days is booked on the day before the next movement or at the month's close, whichever comes first
booked as (

    select
        described.*,
        coalesce(lag(mrr) over (partition by customer_id order by movement_day), 0) as mrr_last_booked

    from described
    where
        movement <> 'none'
        or movement_day in (select state_day from state_days)

),

rows_of_a_day as (

    -- quiet days before a movement: booked on the last of them, so that the movement opens at the day before's MRR
    select
        customer_id,
        day_before as movement_day,
        'fx' as movement,
        mrr_before - mrr_last_booked as amount,
        mrr_last_booked as opening_mrr,
        mrr_before as closing_mrr,
        set_before as attribute_set

    from booked
    where movement <> 'none' and mrr_before <> mrr_last_booked

    union all

    select
        customer_id,
        movement_day,
        movement,
        movement_mrr,
        mrr_before,
        mrr,
        case when movement in ('new', 'reactivation', 'resumed') then attribute_set else set_before end

    from booked
    where movement <> 'none'

    union all

    -- what the rates did on the day itself, and at a close on the quiet days before it
    select
        customer_id,
        movement_day,
        'fx',
        mrr - movement_mrr - case when movement = 'none' then mrr_last_booked else mrr_before end,
        case when movement = 'none' then mrr_last_booked else mrr_before end,
        mrr,
        set_before

    from booked
    where mrr - movement_mrr <> case when movement = 'none' then mrr_last_booked else mrr_before end

)

select
    customer_id,
    movement_day,
    movement,
    cast(amount as decimal(38, 10)) as amount,
    cast(opening_mrr as decimal(38, 10)) as opening_mrr,
    cast(closing_mrr as decimal(38, 10)) as closing_mrr,
    attribute_set

from rows_of_a_day
where movement_day > (select first_opening_day from spine)
