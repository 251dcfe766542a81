with

as_of as (

    select * from {{ ref('int_as_of') }}

),

purchases as (

    select
        periods.period_type,
        periods.period_start,
        purchases.*,
        row_number() over (
            partition by periods.period_type, periods.period_start, purchases.customer_id order by purchases.purchase_day
        ) as number_in_period,
        count(*) over (partition by periods.period_type, periods.period_start, purchases.customer_id) as purchases_in_period,
        {{ add_days('purchases.purchase_day', var('repeat_window_days')) }} as window_ends_day

    from {{ ref('int_purchases') }} as purchases
    inner join {{ ref('int_periods') }} as periods
        on purchases.purchase_day >= periods.first_day and purchases.purchase_day <= periods.closing_day

),

-- a customer counts once, where its first purchase puts it
judged as (

    select
        purchases.*,
        purchase_number = 1 and window_ends_day > (select as_of_day from as_of) as is_pending,
        purchase_number = 1 and window_ends_day <= (select as_of_day from as_of) as is_first_purchase,
        next_purchase_day <= window_ends_day as is_repeated_in_window

    from purchases

)

select
    judged.period_type,
    judged.period_start,
    segments.segment_name,
    {{ segment_value('judged.') }} as segment_value,
    -- each purchase under its own day, each customer where its first purchase puts it
    count(*) as purchases,
    cast(sum(judged.amount) as decimal(38, 10)) as purchase_amount,
    {{ count_where('judged.number_in_period = 1') }} as purchasing_customers,
    {{ count_where('judged.number_in_period = 1 and judged.purchases_in_period >= 2') }} as repeat_customers,
    {{ count_where('judged.is_first_purchase') }} as first_purchasers,
    {{ count_where('judged.is_first_purchase and judged.is_repeated_in_window') }} as first_purchasers_repeating,
    {{ count_where('judged.is_pending') }} as pending_first_purchasers

from judged
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
