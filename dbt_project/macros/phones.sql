{# A phone as typed → digits with country code (E.164 without the plus), null when there are fewer than ten digits.
   Extensions ("доб. 12", "ext 12", "#12", "x12") are cut off. In Russia and Kazakhstan a leading 8 of eleven digits is
   the trunk prefix and ten digits lack the country code. #}
{% macro phone_digits(phone, country) -%}
    (
        select
            case
                when length(d.digits) < 10 then null
                when {{ country }} in ('RU', 'KZ') and length(d.digits) = 10 then '7' || d.digits
                when {{ country }} in ('RU', 'KZ') and length(d.digits) = 11 and left(d.digits, 1) = '8'
                    then '7' || substr(d.digits, 2)
                when left(d.digits, 2) = '00' then nullif(substr(d.digits, 3), '')
                else d.digits
            end
        from (
            select
                regexp_replace(
                    regexp_replace(lower({{ phone }}), '(доб|ext|вн|#|;|,|x|х).*$', ''), '[^0-9]', '', 'g'
                ) as digits
        ) as d
    )
{%- endmacro %}

{# The hash that stands for a number outside schema pii. Its key lives in ops.number_key, one row, readable by the
   transformer alone; without the key the hash cannot be reversed by trying all numbers. #}
{% macro number_key(digits) -%}
    encode(sha256(convert_to((select k.key from {{ source('ops', 'number_key') }} as k) || ':' || ({{ digits }}), 'UTF8')), 'hex')
{%- endmacro %}
