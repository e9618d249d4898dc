{#-
  deployment: a table with every decision of orchard.deploy, the last one the newest.

  The body says what to do; this registers the model if it is new, moves the alias, and keeps the row,
  all in one transaction.  A full refresh keeps the table: it is a history.
-#}
{% materialization deployment, adapter="postgres" -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set decided = make_temp_relation(target_relation, "__orchard_decided") -%}
    {%- set kept = ["name", "alias", "version", "model_digest", "metric", "value", "deployed_version", "deployed_value", "margin", "action", "reason", "decided_at"] -%}

    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}

    {% call statement("decide") -%}
        create temporary table {{ decided }} as
        {{ sql }}
    {%- endcall %}
    {%- set rows = run_query("select name, alias, action, reason, metric, value, trained from " ~ decided).rows -%}
    {%- if rows | length != 1 -%}
        {{ exceptions.raise_compiler_error("orchard: there are " ~ rows | length ~ " models to deploy, not one") }}
    {%- endif -%}
    {%- set row = rows[0] -%}
    {%- if row[5] is none and row[2] != "keep" -%}
        {{ exceptions.raise_compiler_error("orchard: evaluate gives no metric \"" ~ row[4] ~ "\" of this model over the rows held out: another name, or rows on which it is undefined") }}
    {%- endif -%}
    {%- if existing is none -%}
        {% call statement("create") -%}
            create table {{ target_relation }} as
            select {{ orchard.column_list(kept) }} from {{ decided }}
            with no data
        {%- endcall %}
        {%- do create_indexes(target_relation) -%}
    {%- endif -%}

    {% call statement("main") -%}
        update {{ decided }} as d set version = orchard.register(d.name, m.model)
        from {{ row[6] }} as m
        where d.version is null and orchard.model_digest(m.model) = d.model_digest;
        select orchard.deploy(name, version, alias) from {{ decided }} where action = 'deploy';
        select orchard.grant_model(d.name, g.role) from {{ decided }} as d cross join jsonb_array_elements_text(d.grant_to) as g (role);
        insert into {{ target_relation }} ({{ orchard.column_list(kept) }})
        select {{ orchard.column_list(kept) }} from {{ decided }}
    {%- endcall %}
    {%- set version = run_query("select version from " ~ decided).rows[0][0] -%}
    {%- if version is none -%}
        {{ exceptions.raise_compiler_error("orchard: the model was trained again while this one was judged; run it once more") }}
    {%- endif -%}
    {%- do run_query("drop table " ~ decided) -%}
    {%- set said = "orchard: " ~ row[0] ~ "@" ~ row[1] ~ ": version " ~ version ~ ": " ~ row[2] ~ ", " ~ row[3] ~ " (" ~ row[4] ~ " " ~ row[5] ~ ")" -%}
    {%- if row[2] == "refuse" -%}{%- do exceptions.warn(said) -%}{%- else -%}{%- do log(said, info=true) -%}{%- endif -%}

    {{ run_hooks(post_hooks, inside_transaction=True) }}

    {%- do apply_grants(target_relation, config.get("grants"), should_revoke=should_revoke(existing, full_refresh_mode=False)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{%- endmaterialization %}
