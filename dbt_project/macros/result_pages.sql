{# Region and device of own collection in one number. #}
{% macro yandexsearch_region_index(region, device) -%}
    (({{ region }})::int * 10 + case {{ device }} when 'mobile' then 1 else 0 end)
{%- endmacro %}

{# The first place of a site on a result page, as a subquery of one row or none: position, url. #}
{% macro first_place(results, site, with_subdomains) -%}
    (
        select
            result.place as position,
            result.url
        from jsonb_to_recordset({{ results }}) as result (place int, domain text, url text)
        where
            regexp_replace(result.domain, '^www\.', '') = {{ site }}
            or ({{ with_subdomains }} and right(result.domain, length({{ site }}) + 1) = '.' || {{ site }})
        order by result.place
        limit 1
    )
{%- endmacro %}
