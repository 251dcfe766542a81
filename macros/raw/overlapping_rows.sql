{#
    The key of each row of `relation` that overlaps an earlier row of the same owner. Rows are taken in order; one that starts before the latest end
    of the ones kept so far is out, and does not count against those that follow. Only owners with any overlap are walked through.

    Arguments: relation, a CTE; key, its key columns; owner, column whose rows may not overlap (null: no test); starts, ends, instants, no end is open; then, the column
    that decides between rows of one start.
#}
{% macro overlapping_rows(relation, key, owner, starts, ends, then) %}
    {{ adapter.dispatch('overlapping_rows', 'customer_success')(relation, key, owner, starts, ends, then) }}
{% endmacro %}

{% macro default__overlapping_rows(relation, key, owner, starts, ends, then) %}
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

{#
    Spark walks through a table one job a step, and through an array at once: the rows of an owner are put into one, in order, and folded into the
    latest end of those that are kept and the list of those that are out.
#}
{% macro spark__overlapping_rows(relation, key, owner, starts, ends, then) %}
    with

    ordered as (

        select
            {{ owner }} as owner,
            array_sort(
                collect_list(
                    struct(
                        {{ starts }} as starts,
                        {{ then }} as decides,
                        coalesce({{ ends }}, cast('9999-12-31' as timestamp)) as ends
                        {%- for column in key %},
                        {{ column }} as key_{{ loop.index }}
                        {%- endfor %}
                    )
                )
            ) as places

        from {{ relation }}
        where {{ owner }} is not null
        group by {{ owner }}

    ),

    walked as (

        select
            aggregate(
                places,
                struct(cast(null as timestamp) as latest_kept_end, slice(places, 1, 0) as overlapping),
                (state, place) ->
                    case
                        when place.starts < state.latest_kept_end
                            then struct(state.latest_kept_end as latest_kept_end, array_append(state.overlapping, place) as overlapping)
                        else struct(place.ends as latest_kept_end, state.overlapping as overlapping)
                    end
            ) as state

        from ordered

    ),

    overlapping as (

        select explode(state.overlapping) as place from walked

    )

    select
        {%- for column in key %}
        place.key_{{ loop.index }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from overlapping
{% endmacro %}
