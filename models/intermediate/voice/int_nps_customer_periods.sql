with

periods as (

    select * from {{ ref('int_periods') }}

),

nps_answers as (

    select * from {{ ref('int_survey_answers') }}
    where survey_type = 'nps' and customer_id is not null

),

-- every answer twice: among all of its customer, and among those of its kind
scoped as (

    select
        nps_answers.*,
        false as is_of_one_kind,
        'all' as kind

    from nps_answers

    union all

    select
        nps_answers.*,
        true,
        survey_kind

    from nps_answers

),

followed as (

    select
        scoped.*,
        lead(answer_day) over (
            partition by customer_id, is_of_one_kind, kind order by responded_at, {{ text_order('response_id') }}
        ) as next_day

    from scoped

),

customer_periods as (

    select
        periods.period_type,
        periods.period_start,
        followed.customer_id,
        followed.is_of_one_kind,
        followed.kind,
        {{ rounded_quotient(scaled('sum(followed.vote)', 10), 'count(*)') }} as vote,
        max(
            case when followed.next_day is null or followed.next_day > periods.closing_day then followed.response_id end
        ) as last_response_id

    from followed
    inner join {{ ref('int_period_months') }} as period_months on followed.answer_month = period_months.month_start
    inner join periods
        on
            period_months.period_type = periods.period_type
            and period_months.period_start = periods.period_start
            and followed.answer_day >= periods.first_day
    group by periods.period_type, periods.period_start, followed.customer_id, followed.is_of_one_kind, followed.kind

),

answer_days as (

    select distinct customer_id, answer_day from nps_answers

),

mrr_of_days as (

    select
        answer_days.customer_id,
        answer_days.answer_day,
        sum({{ converted('pieces.mrr', 'rates.rate') }}) as mrr

    from answer_days
    inner join {{ ref('int_item_pieces') }} as pieces
        on
            answer_days.customer_id = pieces.customer_id
            and answer_days.answer_day >= pieces.valid_from
            and answer_days.answer_day < pieces.valid_to
    inner join {{ ref('int_exchange_rate_spans') }} as rates
        on pieces.currency = rates.currency and answer_days.answer_day >= rates.valid_from and answer_days.answer_day < rates.valid_to
    group by answer_days.customer_id, answer_days.answer_day

)

select
    customer_periods.period_type,
    customer_periods.period_start,
    customer_periods.customer_id,
    customer_periods.is_of_one_kind,
    customer_periods.kind,
    customer_periods.vote,
    cast(coalesce(mrr_of_days.mrr, 0) as decimal(38, 10)) as mrr,
    last_answers.answer_day as last_answer_day,
    {{ segment_attributes('last_answers.') }}

from customer_periods
inner join nps_answers as last_answers on customer_periods.last_response_id = last_answers.response_id
left join mrr_of_days
    on last_answers.customer_id = mrr_of_days.customer_id and last_answers.answer_day = mrr_of_days.answer_day
