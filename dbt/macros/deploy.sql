{#- The value of one metric of a model over the rows of a query. -#}
{% macro metric_of(model, holdout, metric) -%}
(
        select e.value
        from orchard.evaluate({{ model }}, {{ orchard.text_literal(orchard.source_query(holdout)) }}) as e
        where e.metric = {{ orchard.text_literal(metric) }}
    )
{%- endmacro %}

{#-
  What to do with a trained model, in one row and without doing it: the materialisation deployment acts
  on the column action.  A version that was deployed before and is not now was taken back by somebody,
  so it stays where it is.
-#}
{% macro deploy(trained, name, holdout, metric, margin=0, alias=none, higher_is_better=none, grant_to=[]) -%}
{{- orchard.require_stored(holdout, "deploy") -}}
{{- orchard.require_stored(trained, "deploy") -}}
{%- set alias = alias or target.name -%}
{%- set is_higher_better = orchard.is_higher_better(metric, higher_is_better) -%}
{%- set is_forced = var("orchard_force_deploy", false) -%}
with candidate as materialized (
    select
        orchard.model_digest(m.model) as model_digest,
        {{ orchard.metric_of("m.model", holdout, metric) }} as value
    from {{ trained }} as m
),

known as (
    select max(v.version) as version
    from orchard.versions as v
    inner join candidate as c on v.digest = c.model_digest
    where v.owner = current_user and v.name = {{ orchard.text_literal(name) }}
),

current_one as materialized (
    select
        a.version,
        v.digest as model_digest,
        {% if is_forced %}null::float8{% else %}{{ orchard.metric_of("a.name || '@' || a.version", holdout, metric) }}{% endif %} as value
    from orchard.aliases as a
    inner join orchard.versions as v on a.owner = v.owner and a.name = v.name and a.version = v.version
    where a.owner = current_user and a.name = {{ orchard.text_literal(name) }} and a.alias = {{ orchard.text_literal(alias) }}
),

compared as (
    select
        c.model_digest,
        c.value,
        k.version,
        d.version as deployed_version,
        d.value as deployed_value,
        case
            when d.model_digest = c.model_digest then 'keep: it is deployed already'
            {%- if is_forced %}
            when true then 'deploy: orchard_force_deploy is set'
            {%- endif %}
            when exists (
                select from orchard.deployments as h
                where h.owner = current_user and h.name = {{ orchard.text_literal(name) }} and h.alias = {{ orchard.text_literal(alias) }} and h.version = k.version
            ) then 'keep: version ' || k.version || ' was deployed before and taken back'
            when c.value is null then 'refuse: the metric is undefined or unknown'
            when d.version is null then 'deploy: nothing was deployed'
            when d.value is null then 'deploy: the metric of the deployed version is undefined'
            when {% if is_higher_better %}c.value >= d.value - {{ margin }}{% else %}c.value <= d.value + {{ margin }}{% endif %} then 'deploy: no worse than version ' || d.version
            else 'refuse: worse than version ' || d.version || ' by more than {{ margin }}'
        end as verdict
    from candidate as c
    cross join known as k
    left join current_one as d on true
)

select
    {{ orchard.text_literal(name) }}::text as name,
    {{ orchard.text_literal(alias) }}::text as alias,
    r.version,
    r.model_digest,
    {{ orchard.text_literal(metric) }}::text as metric,
    r.value,
    r.deployed_version,
    r.deployed_value,
    ({{ margin }})::float8 as margin,
    split_part(r.verdict, ': ', 1) as action,
    split_part(r.verdict, ': ', 2) as reason,
    {{ orchard.json_literal(orchard.as_list(grant_to)) }} as grant_to,
    {{ orchard.text_literal(trained) }}::text as trained,
    now() as decided_at
from compared as r
{%- endmacro %}

{#- dbt run-operation orchard.rollback --args '{name: late}' -#}
{% macro rollback(name, alias=none) -%}
    {%- set reference = orchard.deployed(name, alias) -%}
    {% call statement("rollback", fetch_result=true) -%}
        select orchard.rollback({{ orchard.text_literal(name) }}, {{ orchard.text_literal(alias or target.name) }})
    {%- endcall %}
    {%- do adapter.commit() -%}
    {%- do log("orchard: " ~ reference ~ " is version " ~ load_result("rollback").table.rows[0][0] ~ " again", info=true) -%}
{%- endmacro %}

{#- dbt run-operation orchard.deploy_version --args '{name: late, version: 3}' -#}
{% macro deploy_version(name, version, alias=none) -%}
    {%- set reference = orchard.deployed(name, alias) -%}
    {% call statement("deploy", fetch_result=true) -%}
        select orchard.deploy({{ orchard.text_literal(name) }}, {{ version | int }}, {{ orchard.text_literal(alias or target.name) }})
    {%- endcall %}
    {%- do adapter.commit() -%}
    {%- do log("orchard: " ~ reference ~ " is version " ~ load_result("deploy").table.rows[0][0], info=true) -%}
{%- endmacro %}
