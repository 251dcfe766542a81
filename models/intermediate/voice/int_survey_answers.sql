{%- set range = '(surveys.scale_max - surveys.scale_min)' -%}
{%- set from_bottom = '(surveys.score - surveys.scale_min)' -%}
{%- set from_top = '(surveys.scale_max - surveys.score)' -%}
{%- set hundred = 'cast(100 as decimal(38, 10))' -%}
with

surveys as (

    select
        surveys.*,
        coalesce(surveys.direction, 'ease') = 'effort' as is_turned

    from {{ ref('stg_voice__survey_responses') }} as surveys
    where surveys.score is not null and surveys.responded_date <= (select as_of_day from {{ ref('int_as_of') }})

),

csat_top_box as (

    select * from {{ ref('csat_top_box') }}

)

select
    surveys.response_id,
    surveys.survey_type,
    surveys.customer_id,
    surveys.ticket_id,
    coalesce(surveys.survey_kind, '(unknown)') as survey_kind,
    surveys.question,
    surveys.question_version,
    surveys.scale_min,
    surveys.scale_max,
    surveys.score,
    surveys.comment is not null as has_comment,
    surveys.responded_at,
    surveys.responded_date as answer_day,
    {{ month_of('surveys.responded_date') }} as answer_month,
    -- of the answers to one ticket only the last of a period counts
    case
        when surveys.survey_type = 'csat' and surveys.ticket_id is not null
            then lead(surveys.responded_date) over (
                partition by surveys.survey_type, surveys.ticket_id order by surveys.responded_at, {{ text_order('surveys.response_id') }}
            )
    end as next_answer_day,
    case
        when surveys.survey_type <> 'nps' then null
        when surveys.score >= 9 then 100
        when surveys.score >= 7 then 0
        else -100
    end as vote,
    surveys.score >= csat_top_box.satisfied_from as is_satisfied,
    {{ proportion(hundred, from_bottom, range) }} as normalised_score,
    case
        when surveys.survey_type <> 'loyalty' then null
        else {{ proportion('cast(10 as decimal(38, 10))', from_bottom, range) }}
    end as loyalty_points,
    case
        when surveys.survey_type <> 'ces' then null
        when surveys.is_turned then {{ proportion(hundred, from_bottom, range) }}
        else {{ proportion(hundred, from_top, range) }}
    end as effort,
    case
        when surveys.survey_type <> 'ces' or surveys.scale_min <> 1 or surveys.scale_max <> 7 then null
        when surveys.is_turned then 8 - surveys.score
        else surveys.score
    end as ease_points,
    {% for name in ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
    coalesce(spans.{{ name }}, '(unknown)') as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from surveys
left join csat_top_box
    on surveys.survey_type = 'csat' and surveys.scale_min = csat_top_box.scale_min and surveys.scale_max = csat_top_box.scale_max
left join {{ ref('int_customer_spans') }} as spans
    on surveys.customer_id = spans.customer_id and surveys.responded_date >= spans.valid_from and surveys.responded_date < spans.valid_to
-- a customer who is a test has no spans
where surveys.customer_id is null or spans.customer_id is not null
