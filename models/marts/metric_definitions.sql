with

definitions as (

    {{ metric_definition_rows() | indent(4) }}

)

select * from definitions
