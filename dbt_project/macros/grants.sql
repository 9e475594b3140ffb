{# Readers need USAGE on the schemas beside SELECT on the tables, which dbt grants itself. #}
{% macro grant_schema_usage() %}
    {% if execute and flags.WHICH in ('build', 'run') %}
        do $grants$
        declare
            g record;
        begin
            for g in
                select s.nspname, r.rolname
                from (values
                    ('marts', 'voronka_bi'), ('marts', 'voronka_app'), ('pii', 'voronka_pii')
                ) as wanted (nspname, rolname)
                inner join pg_namespace as s
                    on s.nspname = wanted.nspname and pg_has_role(current_user, s.nspowner, 'USAGE')
                inner join pg_roles as r on r.rolname = wanted.rolname
                where not has_schema_privilege(r.rolname, s.oid, 'USAGE')
            loop
                execute format('grant usage on schema %I to %I', g.nspname, g.rolname);
            end loop;
        end
        $grants$
    {% else %}
        select 1
    {% endif %}
{% endmacro %}
