{%- for name in ['all'] + var('segments') %}
select '{{ name }}' as segment_name{{ ' union all' if not loop.last }}
{%- endfor %}
