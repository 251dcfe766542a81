{#
    The key of each row of `relation` that overlaps an earlier row of the same owner. Rows are taken in order; one that starts before the latest end
    of the ones kept so far is out, and does not count against those that follow. Only owners with any overlap are walked through.

    Arguments: relation, a CTE; key, its key columns; owner, column whose rows may not overlap (null: no test); starts, ends, instants, no end is open; then, the column
    that decides between rows of one start.
#}
{% macro overlapping_rows(relation, key, owner, starts, ends, then) %}
    with recursive

    ordered as (

        select
            {{ key | join(', ') }},
            {{ owner }} as owner,
            {{ starts }} as starts,
            coalesce({{ ends }}, cast('9999-12-31' as timestamp)) as ends,
            row_number() over (partition by {{ owner }} order by {{ starts }}, {{ text_order(then) }}) as place

        from {{ relation }}
        where {{ owner }} is not null

    ),

    latest as (

        select
            ordered.*,
            max(ends) over (partition by owner order by place rows between unbounded preceding and 1 preceding) as latest_end

        from ordered

    ),

    suspects as (

        select * from latest
        where owner in (select owner from latest where starts < latest_end)

    ),

    walked as (

        select
            owner,
            place,
            {{ key | join(', ') }},
            ends as latest_kept_end,
            false as is_overlapping

        from suspects
        where place = 1

        union all

        select
            suspects.owner,
            suspects.place,
            {% for column in key %}suspects.{{ column }}, {% endfor %}
            case when suspects.starts < walked.latest_kept_end then walked.latest_kept_end else suspects.ends end,
            suspects.starts < walked.latest_kept_end

        from walked
        inner join suspects on walked.owner = suspects.owner and suspects.place = walked.place + 1

    )

    select {{ key | join(', ') }} from walked
    where is_overlapping
{% endmacro %}
