with

features as (

    select * from {{ ref('base_product__features') }}
    where fate = 'staged'

)

select
    features.feature,
    features.released_at,
    features.released_date,
    coalesce(features.is_core, false) as is_core

from features
