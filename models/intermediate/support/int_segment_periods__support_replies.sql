with

-- replies are many, months are few: periods add up months
segment_months as (

    select
        months.month_start,
        segments.segment_name,
        {{ segment_value('replies.') }} as segment_value,
        sum(replies.response_seconds) as response_seconds,
        count(*) as replies

    from {{ ref('int_ticket_replies') }} as replies
    inner join {{ ref('int_months') }} as months
        on {{ month_of('replies.replied_date') }} = months.month_start and replies.replied_date >= months.first_day
    cross join {{ ref('int_segments') }} as segments
    group by 1, 2, 3

)

select
    periods.period_type,
    periods.period_start,
    segment_months.segment_name,
    segment_months.segment_value,
    cast(sum(segment_months.response_seconds) as decimal(38, 10)) as response_seconds,
    cast(sum(segment_months.replies) as bigint) as replies

from segment_months
inner join {{ ref('int_period_months') }} as periods on segment_months.month_start = periods.month_start
group by 1, 2, 3, 4
