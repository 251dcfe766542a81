{#
    The rows of a relation with their `rule` (the first that they break, null where none) and their `fate` (staged, folded, rejected). What is true
    of every table comes first; `own_rule`, a column of the relation, is what its table adds.

    Argument: relation, a CTE that goes back to fold_duplicates().
#}
{% macro judged_rows(relation) -%}
select
    ruled.*,
    case when duplicate_fate = 'folded' then 'folded' when rule is null then 'staged' else 'rejected' end as fate

from (
    select
        {{ relation }}.*,
        case
            when duplicate_fate = 'folded' then null
            else coalesce(missing_key_rule, duplicate_fate, unparseable_rule, missing_rule, own_rule)
        end as rule

    from {{ relation }}
) as ruled
{%- endmacro %}
