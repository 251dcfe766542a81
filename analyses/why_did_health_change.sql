{%- set last_day = "(select max(score_day) from " ~ ref('customer_health') ~ ")" -%}
{%- set score_day = "cast('" ~ var('score_day') ~ "' as date)" if var('score_day', none) else last_day -%}
{%- set day_before = "(select max(score_day) from " ~ ref('customer_health') ~ " where score_day < " ~ score_day ~ ")" -%}
{%- set compared_day = "cast('" ~ var('compared_day') ~ "' as date)" if var('compared_day', none) else day_before -%}
with

health as (

    select * from {{ ref('customer_health') }}

),

measures as (

    select * from {{ ref('customer_health_measures') }}

),

changes as (

    select
        later.customer_id,
        later.csm,
        earlier.score as points_before,
        later.score as points,
        later.score - earlier.score as points_change,
        row_number() over (order by abs(later.score - earlier.score) desc, later.customer_id) as size_rank

    from health as later
    inner join health as earlier on later.customer_id = earlier.customer_id and earlier.score_day = {{ compared_day }}
    where later.score_day = {{ score_day }} and later.score <> earlier.score

),

-- what a measure or a cap gave on each of the days; not there is nothing
parts as (

    select
        customer_id,
        measure_group,
        measure,
        max(case when score_day = {{ compared_day }} then raw_value end) as raw_value_before,
        max(case when score_day = {{ score_day }} then raw_value end) as raw_value,
        sum(case when score_day = {{ compared_day }} then contribution else 0 end) as points_before,
        sum(case when score_day = {{ score_day }} then contribution else 0 end) as points

    from measures
    where score_day in ({{ compared_day }}, {{ score_day }})
    group by customer_id, measure_group, measure

),

lines as (

    select
        size_rank,
        customer_id,
        csm,
        true as is_whole,
        '(score)' as measure_group,
        '(score)' as measure,
        cast(null as decimal(38, 10)) as raw_value_before,
        cast(null as decimal(38, 10)) as raw_value,
        points_before,
        points,
        points_change

    from changes

    union all

    select
        changes.size_rank,
        changes.customer_id,
        changes.csm,
        false,
        parts.measure_group,
        parts.measure,
        parts.raw_value_before,
        parts.raw_value,
        parts.points_before,
        parts.points,
        parts.points - parts.points_before

    from changes
    inner join parts on changes.customer_id = parts.customer_id
    where parts.points <> parts.points_before

)

select
    lines.customer_id,
    customers.customer_name,
    lines.csm,
    lines.measure_group,
    lines.measure,
    lines.raw_value_before,
    lines.raw_value,
    cast(lines.points_before as decimal(18, 10)) as points_before,
    cast(lines.points as decimal(18, 10)) as points,
    cast(lines.points_change as decimal(18, 10)) as points_change

from lines
left join {{ ref('customers') }} as customers on lines.customer_id = customers.customer_id
where lines.size_rank <= {{ var('top_customers', 10) }}
order by lines.size_rank, lines.is_whole desc, abs(lines.points_change) desc, lines.measure
