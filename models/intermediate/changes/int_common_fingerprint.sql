with

row_hashes as (

    {% for relation in [ref('int_health_configuration'), ref('int_evidence_measures'), ref('int_models_in_force')] -%}
    select {{ row_hash('that_row') }} as row_hash
    from {{ relation }} as that_row -- noqa: AL05
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select cast(coalesce(sum(row_hash), 0) as decimal(38, 0)) as fingerprint
from row_hashes
