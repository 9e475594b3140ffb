{# A phone as typed or sent by an exchange → digits with country code (E.164 without the plus); null where it is no number
   of any country: an internal number, a word, a sip name. What follows the number is cut off: an extension, a second
   number, a remark. seed phone_rules has the rules of libphonenumber. A text is read in four ways, and the first that is
   a number in use wins, else the first of a possible length:
   1. after a plus, 00 or the country's own prefix for calls abroad, as any country's number;
   2. as the account's country's, after its calling code: exchanges leave the plus out;
   3. as the account's country's, with or without its trunk prefix, unless the prefix for calls abroad leads it;
   4. as any country's with the plus left out.
   Each `limit`, which cuts nothing off, has its step computed once instead of wherever it is mentioned. #}
{% macro phone_digits(phone, country) -%}
    (
        select reading.calling_code || nsn.digits
        from (
            select
                regexp_replace(cut.written, '[^0-9]', '', 'g') as digits,
                cut.written ~ '^[^0-9]*[+＋]' as has_plus
            from (
                select
                    regexp_replace(
                        regexp_replace(lower({{ phone }}), '^[^0-9]*sips?:|@.*$', '', 'g'),
                        '^([^0-9]*[0-9][^a-zа-яё#;,/]*).*$', '\1'
                    ) as written
                limit 1
            ) as cut
            limit 1
        ) as typed
        left join {{ ref('phone_rules') }} as own on own.country_code = {{ country }}
        cross join lateral (
            select
                not typed.has_plus
                and coalesce(typed.digits ~ ('^(?:' || own.international_prefix || ')[1-9]'), false) as is_prefixed
            limit 1
        ) as dialled
        cross join lateral (
            select
                case
                    when typed.has_plus then typed.digits
                    when dialled.is_prefixed
                        then regexp_replace(typed.digits, '^(?:' || own.international_prefix || ')', '')
                    when left(typed.digits, 2) = '00' then substr(typed.digits, 3)
                end as digits
            limit 1
        ) as abroad
        cross join lateral (
            select 1 as place, rule.*, substr(abroad.digits, length(rule.calling_code) + 1) as rest
            from {{ ref('phone_rules') }} as rule
            where rule.is_main and rule.calling_code in (left(abroad.digits, 1), left(abroad.digits, 2), left(abroad.digits, 3))
            union all
            select 2 as place, rule.*, substr(typed.digits, length(rule.calling_code) + 1) as rest
            from {{ ref('phone_rules') }} as rule
            where rule.country_code = own.country_code and starts_with(typed.digits, rule.calling_code)
            union all
            select 3 as place, rule.*, typed.digits as rest
            from {{ ref('phone_rules') }} as rule
            where rule.country_code = own.country_code and not dialled.is_prefixed
            union all
            select 4 as place, rule.*, substr(typed.digits, length(rule.calling_code) + 1) as rest
            from {{ ref('phone_rules') }} as rule
            where
                abroad.digits is null
                and rule.is_main and rule.calling_code in (left(typed.digits, 1), left(typed.digits, 2), left(typed.digits, 3))
            limit 4
        ) as reading
        cross join lateral (
            select
                case
                    when
                        reading.replacement is not null
                        and (regexp_match(reading.rest, '^(?:' || reading.national_prefix || ')'))[
                            cardinality(regexp_match(reading.rest, '^(?:' || reading.national_prefix || ')'))
                        ] is not null
                        then regexp_replace(reading.rest, '^(?:' || reading.national_prefix || ')', reading.replacement)
                    else regexp_replace(reading.rest, '^(?:' || reading.national_prefix || ')', '')
                end as digits
            limit 1
        ) as stripped
        cross join lateral (
            select
                case
                    when stripped.digits is null then reading.rest
                    when
                        reading.rest ~ ('^(?:' || reading.general_pattern || ')$')
                        and stripped.digits !~ ('^(?:' || reading.general_pattern || ')$')
                        then reading.rest
                    when length(stripped.digits) = any(reading.possible_lengths) then stripped.digits
                    when length(stripped.digits) > reading.possible_lengths[cardinality(reading.possible_lengths)]
                        then stripped.digits
                    else reading.rest
                end as digits
            limit 1
        ) as nsn
        where length(typed.digits) between 6 and 20 and length(nsn.digits) = any(reading.possible_lengths)
        order by
            nsn.digits ~ (
                '^(?:' || coalesce(
                    reading.valid_pattern,
                    (
                        select main.valid_pattern
                        from {{ ref('phone_rules') }} as main
                        where main.is_main and main.calling_code = reading.calling_code
                    )
                ) || ')$'
            ) desc,
            reading.place
        limit 1
    )
{%- endmacro %}

{# The hash that stands for a number outside schema pii. Its key lives in ops.number_key, one row, readable by the
   transformer alone; without the key the hash cannot be reversed by trying all numbers. #}
{% macro number_key(digits) -%}
    encode(sha256(convert_to((select k.key from {{ source('ops', 'number_key') }} as k) || ':' || ({{ digits }}), 'UTF8')), 'hex')
{%- endmacro %}
