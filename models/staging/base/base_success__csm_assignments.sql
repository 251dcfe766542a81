with

merges as (

    select * from {{ ref('stg_billing__customer_merges') }}

),

raw_rows as not materialized (

    {{ raw_table('csm_assignments') }}

),

folded as (

    {{ fold_duplicates('raw_rows', 'csm_assignments') }}

),

judged_on_their_own as (

    select
        folded.*,
        coalesce(merges.into_customer_id, folded.customer_id) as surviving_customer_id,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(
                missing_key_rule,
                duplicate_fate,
                unparseable_rule,
                missing_rule,
                case
                    when assigned_to < assigned_from then 'end_before_start'
                end
            )
        end as own_rule

    from folded
    left join merges on folded.customer_id = merges.from_customer_id

),

comparable as (

    select * from judged_on_their_own
    where duplicate_fate is null and own_rule is null

),

overlapping as (

    {{ overlapping_rows(
        'comparable', key=['customer_id', 'csm_id', 'assigned_from'],
        owner='surviving_customer_id', starts='assigned_from', ends='assigned_to', then='csm_id'
    ) }}

),

judged as (

    select
        judged_on_their_own.*,
        case
            when duplicate_fate = 'folded' then null
            when own_rule is not null then own_rule
            when (customer_id, csm_id, assigned_from) in (select customer_id, csm_id, assigned_from from overlapping) then 'overlapping_assignment'
        end as rule

    from judged_on_their_own

)

{{ rows_with_fate('judged', 'csm_assignments') }}
