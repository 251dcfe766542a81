with

renewals as (

    select
        periods.period_type,
        periods.period_start,
        renewals.*,
        row_number() over (
            partition by periods.period_type, periods.period_start, renewals.customer_id
            order by renewals.due_day, {{ text_order('renewals.term_id') }}
        ) as due_rank,
        max(case when renewals.is_pending then 1 else 0 end) over (
            partition by periods.period_type, periods.period_start, renewals.customer_id
        ) as has_pending,
        max(case when renewals.is_renewed then 1 else 0 end) over (
            partition by periods.period_type, periods.period_start, renewals.customer_id
        ) as has_renewed

    from {{ ref('int_contract_renewals') }} as renewals
    inner join {{ ref('int_periods') }} as periods
        on renewals.due_day >= periods.first_day and renewals.due_day < periods.period_end

)

select
    renewals.period_type,
    renewals.period_start,
    segments.segment_name,
    {{ segment_value('renewals.') }} as segment_value,
    {{ count_where('renewals.is_pending') }} as pending_terms,
    {{ count_where('not renewals.is_pending') }} as due_terms,
    {{ count_where('not renewals.is_pending and renewals.is_renewed') }} as renewed_terms,
    -- a customer counts once, where the earliest of its due terms puts it, and only when none of them is pending
    {{ count_where('renewals.due_rank = 1 and renewals.has_pending = 0') }} as due_customers,
    {{ count_where('renewals.due_rank = 1 and renewals.has_pending = 0 and renewals.has_renewed = 1') }} as renewed_customers,
    cast(sum(case when renewals.is_pending then 0 else renewals.due_value end) as decimal(38, 10)) as due_value,
    cast(
        sum(case when renewals.is_pending then 0 else least(renewals.due_value, renewals.renewed_value) end) as decimal(38, 10)
    ) as kept_value,
    cast(sum(case when renewals.is_pending then 0 else renewals.renewed_value end) as decimal(38, 10)) as renewed_value

from renewals
cross join {{ ref('int_segments') }} as segments
group by 1, 2, 3, 4
