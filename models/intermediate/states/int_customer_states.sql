{{ made_by_customer() }}
with

spans as (

    select * from {{ ref('int_customer_span_totals') }}

),

spine as (

    select
        min(month_start) as first_month,
        min(first_day) as first_day
    from {{ ref('int_months') }}

),

-- a mark is a day before a month begins; whole months that end before the span, and before its end
dated as (

    select
        spans.*,
        greatest({{ months_between('spine.first_month', 'spans.valid_from') }}, 0) as months_before,
        greatest({{ months_between('spine.first_month', 'spans.valid_to') }}, 0) as months_through,
        greatest({{ month_of('spans.valid_from') }}, spine.first_day) as month_first_day,
        {{ add_months('greatest(' ~ month_of('spans.valid_from') ~ ', spine.first_month)', 1) }} as month_end,
        {{ add_days('greatest(' ~ month_of('spans.valid_to') ~ ', spine.first_day)', -1) }} as last_mark

    from spans
    cross join spine
    where not spans.is_revalued

),

-- the sum at the last mark before the span: it never falls, so it is the largest
marked as (

    select
        dated.*,
        coalesce(
            max(
                case
                    when last_mark >= valid_from and last_mark < valid_to
                        then home_mrr_days_before + home_mrr * ({{ days_between('valid_from', 'last_mark') }} + 1)
                end
            ) over (partition by customer_id order by valid_from rows between unbounded preceding and 1 preceding),
            0
        ) as mrr_days_at_mark

    from dated

),

-- of the months that end in the span the first may be mixed; the others are worth its MRR
averaged as (

    select
        marked.*,
        case
            when months_through = months_before then 0
            when valid_from <= month_first_day then home_mrr
            else {{ rounded_quotient(
                scaled('(home_mrr_days_before + home_mrr * ' ~ days_between('valid_from', 'month_end') ~ ' - mrr_days_at_mark)', 10),
                days_between('month_first_day', 'month_end')
            ) }}
        end as first_month_average

    from marked

),

-- in other currencies every state day is a state of its own
revalued as (

    select
        spans.*,
        state_days.state_day,
        state_days.months_closed,
        state_days.month_days,
        spans.home_mrr + coalesce(foreign_mrr.mrr, 0) as mrr,
        spans.home_mrr_days_before + spans.home_mrr * ({{ days_between('spans.valid_from', 'state_days.state_day') }} + 1)
        + coalesce(sum(foreign_mrr.mrr_days) over (partition by spans.customer_id order by state_days.state_day), 0) as mrr_days

    from spans
    inner join {{ ref('int_state_days') }} as state_days
        on state_days.state_day >= spans.valid_from and state_days.state_day < spans.valid_to
    left join {{ ref('int_foreign_mrr') }} as foreign_mrr
        on spans.customer_id = foreign_mrr.customer_id and state_days.state_day = foreign_mrr.state_day
    where spans.is_revalued

),

revalued_months as (

    select
        revalued.*,
        mrr_days - lag(mrr_days) over (partition by customer_id order by state_day) as month_mrr_days

    from revalued

),

revalued_averages as (

    select
        revalued_months.*,
        case when months_closed > 0 then {{ rounded_quotient(scaled('month_mrr_days', 10), 'month_days') }} else 0 end as month_average

    from revalued_months

),

states as (

    select
        customer_id,
        valid_from as stands_since,
        valid_to as stands_until,
        attribute_set,
        is_paying,
        is_paused,
        home_mrr as mrr,
        home_mrr_days_before as mrr_days_before,
        mrr_days_at_mark,
        months_before,
        first_month_average,
        coalesce(
            sum(case when months_through > months_before then first_month_average + home_mrr * (months_through - months_before - 1) else 0 end)
                over (partition by customer_id order by valid_from rows between unbounded preceding and 1 preceding),
            0
        ) as averages_before,
        paying_spans,
        churn_events,
        last_churn_day

    from averaged

    union all

    select
        customer_id,
        state_day,
        {{ add_days('state_day', 1) }},
        attribute_set,
        is_paying,
        is_paused,
        mrr,
        mrr_days - mrr,
        0,
        months_closed,
        0,
        sum(month_average) over (partition by customer_id order by state_day),
        paying_spans,
        churn_events,
        last_churn_day

    from revalued_averages

)

select
    customer_id,
    stands_since,
    stands_until,
    attribute_set,
    is_paying,
    is_paused,
    cast(mrr as decimal(38, 10)) as mrr,
    cast(mrr_days_before as decimal(38, 10)) as mrr_days_before,
    cast(mrr_days_at_mark as decimal(38, 10)) as mrr_days_at_mark,
    cast(months_before as integer) as months_before,
    cast(first_month_average as decimal(38, 10)) as first_month_average,
    cast(averages_before as decimal(38, 10)) as averages_before,
    paying_spans,
    churn_events,
    last_churn_day

from states
