with

texts as (

    select distinct text from {{ ref('int_said') }}
    where text is not null

)

{{ text_scores('texts') }}
