{#-
  The options with the columns of "by" among those excluded: a column that is the same in all rows of a
  group says nothing.
-#}
{% macro options_by_group(options, by) -%}
{%- set all = {} -%}
{%- do all.update(options or {}) -%}
{%- if by and "features" not in all -%}
    {%- set excluded = orchard.as_list(all.get("exclude")) -%}
    {%- do all.update({"exclude": excluded + (by | reject("in", excluded) | list)}) -%}
{%- endif -%}
{{ return(all) }}
{%- endmacro %}

{% macro fit(relation, target=none, options={}, max_age=none, by=[]) -%}
{%- set by = orchard.as_list(by) -%}
{%- set options = orchard.options_by_group(options, by) -%}
select
{%- for name in by %}
    t.{{ adapter.quote(name) }},
{%- endfor %}
    orchard.fit(t, {{ orchard.text_literal(target) }}, {{ orchard.json_literal(options) }}) as model,
    {{ orchard.text_literal(target) }}::text as target,
    {{ orchard.json_literal(options) }} as options,
    orchard.data_digest(t) as data_digest,
    count(*) as training_rows,
    now() as trained_at,
    {% if max_age %}{{ orchard.text_literal(max_age) }}{% else %}null{% endif %}::interval as max_age
from {{ relation }} as t
{%- if by %}
group by {{ orchard.column_list(by, "t") }}
{%- endif %}
{%- endmacro %}

{% macro recipe(relation, steps, max_age=none) -%}
select
    orchard.fit_recipe(t, {{ orchard.json_literal(steps) }}) as recipe,
    null::text as target,
    {{ orchard.json_literal(steps) }} as options,
    orchard.data_digest(t) as data_digest,
    count(*) as training_rows,
    now() as trained_at,
    {% if max_age %}{{ orchard.text_literal(max_age) }}{% else %}null{% endif %}::interval as max_age
from {{ relation }} as t
{%- endmacro %}

{% macro transform(recipe, relation, fold=none, name="features") -%}
select
    t.*,
    orchard.apply((select r.recipe from {{ recipe }} as r), t{% if fold %}, t.{{ adapter.quote(fold) }}{% endif %}) as {{ adapter.quote(name) }}
from {{ relation }} as t
{%- endmacro %}
