with

as_of as (

    select * from {{ ref('int_as_of') }}

),

surveys as (

    select
        survey_responses.*,
        {{ add_days('survey_responses.sent_date', var('survey_response_days')) }} as window_ends_day

    from {{ ref('stg_voice__survey_responses') }} as survey_responses
    where survey_responses.sent_date <= (select as_of_day from as_of)

),

-- a source that lists answers only would have a rate of 1
types_sent as (

    select distinct survey_type from surveys
    where score is null

)

select
    surveys.response_id,
    surveys.survey_type,
    surveys.customer_id,
    surveys.sent_date as sent_day,
    surveys.window_ends_day,
    surveys.window_ends_day > as_of.as_of_day as is_pending,
    -- an extract without the column knows nothing of what was lost on the way
    {{ 'coalesce(surveys.delivered_date <= as_of.as_of_day, false)' if 'delivered_at' in raw_columns('survey_responses') else 'true' }} as is_delivered,
    surveys.score is not null and surveys.responded_date <= surveys.window_ends_day as is_answered,
    {% for name in ['plan', 'product_family', 'country', 'industry', 'company_size', 'acquisition_channel', 'csm'] -%}
    coalesce(spans.{{ name }}, '(unknown)') as {{ name }}{{ ',' if not loop.last }}
    {% endfor %}
from surveys
cross join as_of
inner join types_sent on surveys.survey_type = types_sent.survey_type
left join {{ ref('int_customer_spans') }} as spans
    on surveys.customer_id = spans.customer_id and surveys.sent_date >= spans.valid_from and surveys.sent_date < spans.valid_to
where surveys.customer_id is null or spans.customer_id is not null
