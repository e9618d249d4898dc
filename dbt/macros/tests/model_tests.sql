{#- Generic tests: each gives the rows that break the claim, with the figures. -#}

{#- Whether one value is on the wrong side of another; true where it is unknown. -#}
{% macro is_worse(value, bound, margin, is_higher_better) -%}
coalesce(not ({{ value }} {{ ">=" if is_higher_better else "<=" }} {{ bound }} {{ "-" if is_higher_better else "+" }} {{ margin }}), true)
{%- endmacro %}

{#- The metric of scored rows, or with holdout that of the trained model over the rows held out. -#}
{% macro measured(model, metric, label, prediction, holdout) -%}
{%- if (label is none) == (holdout is none) -%}
    {{ exceptions.raise_compiler_error("orchard: a test of a metric takes label, of scored rows, or holdout, of a trained model") }}
{%- endif -%}
{%- if holdout is none -%}
select orchard.{{ metric }}(t.{{ adapter.quote(label) }}, t.{{ adapter.quote(prediction) }}) as value
    from {{ model }} as t
{%- else -%}
{{- orchard.require_stored(holdout, "metric_at_least") -}}
select {{ orchard.metric_of("m.model", holdout, metric) }} as value
    from {{ model }} as m
{%- endif -%}
{%- endmacro %}

{% test metric_at_least(model, metric, value, label=none, prediction="score", holdout=none) %}
select
    {{ orchard.text_literal(metric) }} as metric,
    q.value
from (
    {{ orchard.measured(model, metric, label, prediction, holdout) }}
) as q
where {{ orchard.is_worse("q.value", value, 0, true) }}
{% endtest %}

{% test metric_at_most(model, metric, value, label=none, prediction="score", holdout=none) %}
select
    {{ orchard.text_literal(metric) }} as metric,
    q.value
from (
    {{ orchard.measured(model, metric, label, prediction, holdout) }}
) as q
where {{ orchard.is_worse("q.value", value, 0, false) }}
{% endtest %}

{#- Of a trained_model: against the version registered last, or the one of an alias; passes while there is none. -#}
{% test metric_not_worse(model, model_name, holdout, metric, margin=0, alias=none, higher_is_better=none) %}
{{- orchard.require_stored(holdout, "metric_not_worse") -}}
with last_version as materialized (
    select
        v.version,
        {{ orchard.metric_of("v.name || '@' || v.version", holdout, metric) }} as value
    from (
        {%- if alias %}
        select a.name, a.version
        from orchard.aliases as a
        where a.owner = current_user and a.name = {{ orchard.text_literal(model_name) }} and a.alias = {{ orchard.text_literal(alias) }}
        {%- else %}
        select r.name, r.version
        from orchard.versions as r
        where r.owner = current_user and r.name = {{ orchard.text_literal(model_name) }}
        order by r.version desc
        limit 1
        {%- endif %}
    ) as v
),

compared as (
    select
        {{ orchard.metric_of("m.model", holdout, metric) }} as value,
        d.version as last_version,
        d.value as last_value
    from {{ model }} as m
    cross join last_version as d
)

select c.*
from compared as c
where {{ orchard.is_worse("c.value", "c.last_value", margin, orchard.is_higher_better(metric, higher_is_better)) }}
{% endtest %}

{#- The features of a model that a relation lacks or has in a type that cannot stand for them. -#}
{% test can_be_scored(model, trained) %}
{{- orchard.require_stored(model, "can_be_scored") -}}
{%- if trained is string %}
select c.*
from orchard.check_columns(orchard.load_model({{ orchard.text_literal(trained) }}), {{ orchard.text_literal(model) }}::regclass) as c
{%- else %}
select c.*
from {{ trained }} as m
cross join lateral orchard.check_columns(m.model, {{ orchard.text_literal(model) }}::regclass) as c
{%- endif %}
{% endtest %}
