with

fingerprints as (

    select * from {{ ref('int_evidence_fingerprints') }}

),

fingerprints_before as (

    select * from {{ of_last_build('int_evidence_fingerprints', 'cast(null as varchar) as customer_id, cast(null as decimal(38, 0)) as fingerprint') }}

),

common as (

    select fingerprint from {{ ref('int_common_fingerprint') }}

),

common_before as (

    select fingerprint from {{ of_last_build('int_common_fingerprint', 'cast(null as decimal(38, 0)) as fingerprint') }}

),

differing as (

    select coalesce(fingerprints.customer_id, fingerprints_before.customer_id) as customer_id
    from fingerprints
    full outer join fingerprints_before on fingerprints.customer_id = fingerprints_before.customer_id
    where coalesce(fingerprints.fingerprint_then, 0) <> coalesce(fingerprints_before.fingerprint, 0)

),

-- another model in force, another first day of a source; or a measure that is compared with the values of others
everybody as (

    select customer_id from {{ ref('int_customers') }}
    where
        not exists (
            select 1 from common
            inner join common_before on common.fingerprint = common_before.fingerprint
        )
        or exists (select 1 from {{ ref('int_health_configuration') }} where method = 'percentile')

)

select customer_id from {{ ref('int_changed_customers') }}
union
select customer_id from differing
union
select customer_id from everybody
