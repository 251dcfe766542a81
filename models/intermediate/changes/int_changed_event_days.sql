with

fingerprints as (

    select * from {{ ref('int_event_day_fingerprints') }}

),

fingerprints_before as (

    select * from {{ of_last_build('int_event_day_fingerprints', 'cast(null as date) as occurred_date, cast(null as decimal(38, 0)) as fingerprint') }}

)

select coalesce(fingerprints.occurred_date, fingerprints_before.occurred_date) as occurred_date
from fingerprints
full outer join fingerprints_before on fingerprints.occurred_date = fingerprints_before.occurred_date
where
    fingerprints.occurred_date is null
    or fingerprints_before.occurred_date is null
    or fingerprints.fingerprint <> fingerprints_before.fingerprint
