{#- What follows a column's name in that of its feature: "7 days" gives 7d, "90 minutes" 90m. -#}
{% macro window_label(window) -%}
{%- set parts = modules.re.match("^\\s*(\\d+)\\s*(second|minute|hour|day|week)s?\\s*$", window) -%}
{{ return(parts.group(1) ~ parts.group(2)[0] if parts else modules.re.sub("[^a-z0-9]+", "_", window | lower | trim)) }}
{%- endmacro %}

{#- A name for an output column; an error where PostgreSQL would cut it. -#}
{% macro feature_name(name) -%}
{%- if name.encode("utf-8") | length > 63 -%}
    {{ exceptions.raise_compiler_error("orchard: the column name " ~ name ~ " has more than 63 bytes; say a shorter prefix") }}
{%- endif -%}
{{ adapter.quote(name) }}
{%- endmacro %}

{#- The names and types of a macro's arguments are checked here, since SQL would say it of SQL that nobody wrote. -#}
{% macro require_statistics(statistics) -%}
{%- set known = ["count", "sum", "avg", "min", "max", "stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop"] -%}
{%- for statistic in statistics if statistic not in known -%}
    {{ exceptions.raise_compiler_error("orchard.rolling: there is no statistic \"" ~ statistic ~ "\"; there are " ~ known | join(", ")) }}
{%- endfor -%}
{%- endmacro %}

{% macro rolling(relation, key, ts, columns, windows, statistics=["avg"], delay="0", closed="left", prevailing=false, min_n=1, prefix="") -%}
{%- set columns = orchard.as_list(columns) -%}
{%- set windows = orchard.as_list(windows) -%}
{%- set statistics = orchard.as_list(statistics) -%}
{%- set key = orchard.as_list(key) -%}
{{- orchard.require_statistics(statistics) -}}
select
    (w.source_row).*
{%- for column in columns %}{% set c = loop.index %}{% for window in windows %}{% set i = loop.index %}{% for statistic in statistics %},
    orchard.{{ statistic }}(w.r{{ c }}, {{ i }}) as {{ orchard.feature_name(prefix ~ column ~ "_" ~ statistic ~ "_" ~ orchard.window_label(window)) }}
{%- endfor %}{% endfor %}{% endfor %}
from (
    select
        t as source_row
{%- for column in columns %},
        orchard.rolling(
            t.{{ adapter.quote(column) }}::float8,
            t.{{ adapter.quote(ts) }},
            array[{% for window in windows %}{{ orchard.text_literal(window) }}{{ ", " if not loop.last }}{% endfor %}]::interval[],
            delay => {{ orchard.text_literal(delay) }}::interval,
            closed => {{ orchard.text_literal(closed) }},
            prevailing => {{ "true" if prevailing else "false" }},
            min_n => {{ min_n | int }}
        ) over past as r{{ loop.index }}
{%- endfor %}
    from {{ relation }} as t
    window past as ({% if key %}partition by {{ orchard.column_list(key, "t") }} {% endif %}order by t.{{ adapter.quote(ts) }})
) as w
{%- endmacro %}

{#- A source of a training set with its relation as text. -#}
{% macro source_option(option, macro_name) -%}
{%- set relation = option["relation"] -%}
{%- set text = {} -%}
{%- do text.update(option) -%}
{%- if relation is not string -%}
    {{- orchard.require_stored(relation, macro_name) -}}
    {%- do text.update({"relation": relation.include(database=false) | string}) -%}
    {%- if macro_name == "training_set" and "name" not in option -%}{%- do text.update({"name": relation.identifier}) -%}{%- endif -%}
{%- endif -%}
{{ return(text) }}
{%- endmacro %}

{% macro training_set(spine, keys, ts, sources, strategy="auto", closed="left") -%}
{%- set absent = [] -%}
{%- set options = [] -%}
{%- for relation in [spine] + (sources | map(attribute="relation") | list) if relation is not string -%}
    {{- orchard.require_stored(relation, "training_set") -}}
    {%- if not orchard.exists(relation) -%}{%- do absent.append(relation) -%}{%- endif -%}
{%- endfor -%}
{%- for source in sources -%}{%- do options.append(orchard.source_option(source, "training_set")) -%}{%- endfor -%}
{%- if absent -%}
-- orchard.training_set writes this query when there is {{ absent | join(", ") }}
select t.*
from {% if spine is string %}({{ spine }}){% else %}{{ spine }}{% endif %} as t
{%- else -%}
{%- set keys_array = [] -%}
{%- for key in orchard.as_list(keys) -%}{%- do keys_array.append(orchard.text_literal(key)) -%}{%- endfor -%}
{%- set answer = run_query("select orchard.training_set_sql("
    ~ orchard.text_literal(spine if spine is string else spine.include(database=false)) ~ ", array[" ~ keys_array | join(", ") ~ "]::text[], "
    ~ orchard.text_literal(ts) ~ ", " ~ orchard.json_literal(options) ~ ", "
    ~ orchard.text_literal(strategy) ~ ", " ~ orchard.text_literal(closed) ~ ")") -%}
{{ answer.rows[0][0] }}
{%- endif -%}
{%- endmacro %}
