-- The facts of a made-up agency, all of them, each fixed by its number. Read by bench/agency.py, which fills in
-- the scale: leads_per_month, first_moment and last_moment.
create schema bench;

create function bench.chance(number bigint, salt int) returns double precision
language sql immutable parallel safe
return (hashint8extended(number, salt) & 2147483647)::double precision / 2147483648.0;

create function bench.unix(moment timestamptz) returns bigint
language sql immutable parallel safe
return extract(epoch from moment)::bigint;

create table bench.leads as
select
    n,
    at as created_at,
    9100001 + (bench.chance(n, 1) * 12)::int as first_user,
    9100021 + (bench.chance(n, 2) * 20)::int as second_user,
    -- one lead in seven comes from somebody who had been there before
    case when bench.chance(n, 3) < 0.15 then greatest(1, n - (bench.chance(n, 4) * 2000)::int) else n end as contact,
    greatest(1, n / 5) as company,
    (bench.chance(n, 5) * 6)::int as steps,
    bench.chance(n, 6) as fate,
    case when bench.chance(n, 7) < 0.10 then at + bench.chance(n, 8) * interval '700 days' end as edited_at,
    case when bench.chance(n, 9) < 0.01 then at + bench.chance(n, 10) * interval '60 days' end as binned_at,
    case
        when bench.chance(n, 3) < 0.15 and bench.chance(n, 9) > 0.95 then at + bench.chance(n, 10) * interval '9 days'
    end as merged_at
from (
    select
        n,
        timestamptz '{first_moment}' + n * interval '2629800 seconds' / {leads_per_month} as at
    from generate_series(1, {lead_count}) as n
) as born;

alter table bench.leads add primary key (n);

-- Changes of the stage: an even walk through the open stages, then perhaps the end.
create table bench.changes as
with walked as (
    select
        leads.n,
        i,
        leads.created_at + (i - 1 + bench.chance(leads.n, 20 + i)) * interval '4 days' as at,
        case when i > leads.steps then case when leads.fate < 0.2 then 142 else 143 end else 57300001 + i end as stage,
        57300000 + i as stage_before
    from bench.leads as leads
    cross join lateral generate_series(1, leads.steps + case when leads.fate < 0.85 then 1 else 0 end) as i
)

select * from walked where at <= timestamptz '{last_moment}';

create index on bench.changes (n, at);
create index on bench.changes (at);

create table bench.calls as
select
    leads.n * 4 + c as id,
    leads.n,
    leads.contact,
    leads.first_user,
    leads.created_at + interval '10 minutes' + (c - 1 + bench.chance(leads.n, 40 + c)) * interval '5 days' as at,
    case when bench.chance(leads.n, 50 + c) < 0.65 then 'out' else 'in' end as direction,
    case when bench.chance(leads.n, 60 + c) < 0.3 then 0 else 5 + (bench.chance(leads.n, 70 + c) * 400)::int end as talk,
    bench.chance(leads.n, 80 + c) < 0.6 as is_noted
from bench.leads as leads
cross join generate_series(1, 3) as c;

delete from bench.calls where at > timestamptz '{last_moment}';
create index on bench.calls (at);

-- Hand-over from the first to the second user at the second change.
create view bench.handovers as
select
    changes.n,
    changes.at + interval '1 minute' as at,
    leads.first_user,
    leads.second_user
from bench.changes as changes
inner join bench.leads as leads on changes.n = leads.n
where changes.i = 2;

-- Every record with the moments it changed at, as it stands at the moment given.
create function bench.leads_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select
        (25000000 + l.n)::text,
        s.updated_at,
        jsonb_build_object(
            'id', 25000000 + l.n,
            'name', 'Продвижение сайта, заявка № ' || l.n,
            'price', (10 + (bench.chance(l.n, 30) * 900)::int) * 1000 + case when l.edited_at <= moment then 500 else 0 end,
            'responsible_user_id', case when coalesce(s.changes, 0) >= 2 then l.second_user else l.first_user end,
            'group_id', 0,
            'status_id', coalesce(s.stage, 57300001),
            'pipeline_id', 6700001,
            'loss_reason_id', case when s.stage = 143 then 1 + (bench.chance(l.n, 31) * 5)::int end,
            'created_by', 0,
            'updated_by', l.first_user,
            'created_at', bench.unix(l.created_at),
            'updated_at', bench.unix(s.updated_at),
            'closed_at', case when s.stage in (142, 143) then bench.unix(s.changed_at) end,
            'closest_task_at', bench.unix(l.created_at) + 3600,
            'is_deleted', false,
            'custom_fields_values', jsonb_build_array(
                bench.field(990201, 'Источник', 'select', (array['Яндекс', 'Google', 'Рекомендация', 'Сайт', 'Холодный обзвон'])[1 + (bench.chance(l.n, 32) * 5)::int % 5]),
                bench.field(990202, 'Регион', 'text', (array['Москва', 'Казань', 'Пермь', 'Екатеринбург'])[1 + l.n % 4]),
                bench.field(990203, 'Тематика', 'select', (array['Медицина', 'Авто', 'Магазин', 'Стройка'])[1 + (l.n / 7) % 4]),
                bench.field(990204, 'utm_campaign', 'tracking_data', 'campaign-' || (bench.chance(l.n, 33) * 400)::int)
            ),
            'score', null,
            'account_id', 31420001,
            '_embedded', jsonb_build_object(
                'tags',
                case when bench.chance(l.n, 34) < 0.04 then '[{"id": 3101, "name": "спам"}]'::jsonb else '[{"id": 3102, "name": "горячий"}]'::jsonb end,
                'companies', jsonb_build_array(jsonb_build_object('id', 17000000 + l.company)),
                'contacts', jsonb_build_array(jsonb_build_object('id', 16000000 + l.contact, 'is_main', true))
            )
        )
    from (
        select n from bench.leads where created_at > since and created_at <= moment
        union
        select n from bench.changes where at > since and at <= moment
        union
        select n from bench.leads where edited_at > since and edited_at <= moment
    ) as touched
    inner join bench.leads as l using (n)
    cross join lateral (
        select
            count(*) as changes,
            (array_agg(c.stage order by c.at desc))[1] as stage,
            max(c.at) as changed_at,
            greatest(l.created_at, max(c.at), case when l.edited_at <= moment then l.edited_at end) as updated_at
        from bench.changes as c
        where c.n = l.n and c.at <= moment
    ) as s
$$;

create function bench.field(id int, name text, kind text, value text) returns jsonb
language sql immutable parallel safe
return jsonb_build_object(
    'field_id', id, 'field_name', name, 'field_code', null, 'field_type', kind,
    'values', jsonb_build_array(jsonb_build_object('value', value))
);

create function bench.event(id text, kind text, entity bigint, author bigint, at timestamptz, before jsonb, after jsonb)
returns jsonb language sql immutable parallel safe
return jsonb_build_object(
    'id', id, 'type', kind, 'entity_id', entity, 'entity_type', 'lead', 'created_by', author,
    'created_at', bench.unix(at), 'account_id', 31420001, 'value_before', before, 'value_after', after
);

create function bench.status(stage bigint) returns jsonb
language sql immutable parallel safe
return jsonb_build_array(jsonb_build_object('lead_status', jsonb_build_object('id', stage, 'pipeline_id', 6700001)));

create function bench.events_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select 'a' || n, created_at,
        bench.event('a' || n, 'lead_added', 25000000 + n, first_user, created_at, '[]', '[]')
    from bench.leads where created_at > since and created_at <= moment
    union all
    select 'c' || c.n || 'i' || c.i, c.at,
        bench.event(
            'c' || c.n || 'i' || c.i, 'lead_status_changed', 25000000 + c.n, 9100001 + c.n % 32, c.at,
            bench.status(c.stage_before), bench.status(c.stage)
        )
    from bench.changes as c where c.at > since and c.at <= moment
    union all
    select 'h' || h.n, h.at,
        bench.event(
            'h' || h.n, 'entity_responsible_changed', 25000000 + h.n, h.first_user, h.at,
            jsonb_build_array(jsonb_build_object('responsible_user', jsonb_build_object('id', h.first_user))),
            jsonb_build_array(jsonb_build_object('responsible_user', jsonb_build_object('id', h.second_user)))
        )
    from bench.handovers as h where h.at > since and h.at <= moment
    union all
    select 'd' || n, binned_at,
        bench.event('d' || n, 'lead_deleted', 25000000 + n, first_user, binned_at, '[]', '[]')
    from bench.leads where binned_at > since and binned_at <= moment
    union all
    select 'm' || n, merged_at,
        bench.event('m' || n, 'entity_merged', 25000000 + contact, first_user, merged_at, '[]', '[]')
    from bench.leads where merged_at > since and merged_at <= moment
$$;

create function bench.contacts_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select (16000000 + n)::text, created_at,
        jsonb_build_object(
            'id', 16000000 + n, 'name', 'Иван Клиентов ' || n, 'responsible_user_id', first_user,
            'created_at', bench.unix(created_at), 'updated_at', bench.unix(created_at),
            'custom_fields_values', jsonb_build_array(
                jsonb_build_object(
                    'field_id', 990101, 'field_name', 'Телефон', 'field_code', 'PHONE', 'field_type', 'multitext',
                    'values', jsonb_build_array(jsonb_build_object('value', '+7 916 ' || lpad(n::text, 7, '0'), 'enum_code', 'WORK'))
                )
            ),
            '_embedded', jsonb_build_object('companies', jsonb_build_array(jsonb_build_object('id', 17000000 + company)))
        )
    from bench.leads where created_at > since and created_at <= moment
$$;

create function bench.companies_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select (17000000 + company)::text, min(created_at),
        jsonb_build_object(
            'id', 17000000 + company, 'name', 'ООО «Ромашка ' || company || '»', 'responsible_user_id', 9100041 + company % 8,
            'created_at', bench.unix(min(created_at)), 'updated_at', bench.unix(min(created_at)),
            'custom_fields_values', jsonb_build_array(
                bench.field(990301, 'Сегмент', 'select', (array['S', 'M', 'L'])[1 + company % 3]),
                bench.field(990302, 'Регион', 'text', (array['Москва', 'Казань'])[1 + company % 2])
            )
        )
    from bench.leads
    group by company
    having min(created_at) > since and min(created_at) <= moment
$$;

create function bench.tasks_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select (18000000 + l.n * 2 + t)::text, case when s.is_done then s.done_at else s.made_at end,
        jsonb_build_object(
            'id', 18000000 + l.n * 2 + t, 'created_by', l.first_user, 'responsible_user_id', l.first_user,
            'entity_id', 25000000 + l.n, 'entity_type', 'leads', 'duration', 0, 'is_completed', s.is_done,
            'task_type_id', 1, 'text', 'Связаться с клиентом', 'result', '[]'::jsonb,
            'complete_till', bench.unix(s.made_at + interval '1 day'), 'created_at', bench.unix(s.made_at),
            'updated_at', bench.unix(case when s.is_done then s.done_at else s.made_at end)
        )
    from bench.leads as l
    cross join generate_series(0, 1) as t
    cross join lateral (
        select
            l.created_at + t * interval '3 days' as made_at,
            l.created_at + t * interval '3 days' + bench.chance(l.n, 90 + t) * interval '30 hours' as done_at,
            l.created_at + t * interval '3 days' + bench.chance(l.n, 90 + t) * interval '30 hours' <= moment as is_done
    ) as s
    where
        l.created_at > since - interval '5 days' and s.made_at <= moment
        and (s.made_at > since or (s.is_done and s.done_at > since))
$$;

create function bench.notes_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select 'leads:' || (19000000 + id), at,
        jsonb_build_object(
            'id', 19000000 + id, 'entity_id', 25000000 + n, 'created_by', first_user, 'updated_by', first_user,
            'created_at', bench.unix(at), 'updated_at', bench.unix(at), 'responsible_user_id', first_user, 'group_id', 0,
            'note_type', 'call_' || direction,
            'params', jsonb_build_object(
                'uniq', id::text, 'duration', talk, 'source', 'uis', 'link', 'https://example.test/record/' || id,
                'phone', '7916' || lpad(contact::text, 7, '0')
            )
        )
    from bench.calls where is_noted and at > since and at <= moment
$$;

create function bench.calls_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select id::text, at,
        jsonb_build_object(
            'id', id, 'communication_id', id, 'communication_type', 'call', 'direction', direction, 'source', 'sip',
            'finish_reason', case when talk = 0 then 'timeout' else 'operator_disconnects' end,
            'start_time', to_char(at at time zone 'Europe/Moscow', 'YYYY-MM-DD HH24:MI:SS'),
            'finish_time', to_char((at + talk * interval '1 second') at time zone 'Europe/Moscow', 'YYYY-MM-DD HH24:MI:SS'),
            'talk_duration', talk, 'clean_talk_duration', talk, 'total_duration', talk + 20, 'wait_duration', 10,
            'contact_phone_number', '7916' || lpad((contact + case when is_noted then 0 else 5000000 end)::text, 7, '0'),
            'virtual_phone_number', '74951234567', 'is_lost', talk = 0, 'campaign_name', 'Сайт', 'contact_id', null,
            'employees', jsonb_build_array(
                jsonb_build_object(
                    'employee_id', first_user - 9100000, 'employee_full_name', 'Сотрудник', 'is_answered', talk > 0, 'is_talked', talk > 0
                )
            ),
            'call_records', case when talk > 0 then jsonb_build_array(md5(id::text)) else '[]'::jsonb end,
            'tags', null, 'utm_source', 'yandex', 'utm_medium', 'cpc', 'utm_campaign', null
        )
    from bench.calls where at > since and at <= moment
$$;

create function bench.positions_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select
        (410 + k / 50) || ':' || r || ':' || k || ':' || day::date, day,
        jsonb_build_object(
            'project_id', 410 + k / 50, 'region_index', r, 'keyword_id', k, 'keyword', 'запрос номер ' || k,
            'group_id', k / 10, 'group_name', 'группа ' || k / 10, 'date', day::date,
            'position', case when c < 0.2 then '--' else (1 + (c * 60)::int)::text end, 'relevant_url', 'https://site.example/page'
        )
    from generate_series(date_trunc('day', since) + interval '21 hours', moment, interval '1 day') as day
    cross join generate_series(0, {keyword_count} - 1) as k
    cross join generate_series(1, 2) as r
    cross join lateral (
        select bench.chance(k * 2 + r, 5) * 0.9 + bench.chance(k * 100000 + r * 40000 + day::date - date '2015-01-01', 6) * 0.1 as c
    ) as place
    where day > since and day <= moment
$$;

create function bench.customers_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select (21000000 + n)::text, created_at,
        jsonb_build_object(
            'id', 21000000 + n, 'name', 'Покупатель ' || n, 'responsible_user_id', 9100041 + n % 8,
            'created_at', bench.unix(created_at), 'updated_at', bench.unix(created_at),
            '_embedded', jsonb_build_object('companies', jsonb_build_array(jsonb_build_object('id', 17000000 + company)))
        )
    from bench.leads where n % 100 = 0 and created_at > since and created_at <= moment
$$;

create function bench.transactions_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select (22000000 + l.n * 20 + m)::text, l.created_at + m * interval '30 days',
        jsonb_build_object(
            'id', 22000000 + l.n * 20 + m, 'customer_id', 21000000 + l.n, 'price', 10000 + 1000 * (l.n / 100 % 40),
            'comment', 'Оплата', 'completed_at', bench.unix(l.created_at + m * interval '30 days'),
            'created_at', bench.unix(l.created_at + m * interval '30 days'), 'is_deleted', false
        )
    from bench.leads as l
    cross join lateral generate_series(0, 1 + (bench.chance(l.n, 95) * 17)::int) as m
    where l.n % 100 = 0 and l.created_at + m * interval '30 days' > since and l.created_at + m * interval '30 days' <= moment
$$;

create function bench.contracts_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select 'contract-' || n, created_at,
        jsonb_build_object(
            'contract', 'contract-' || n, 'client', (17000000 + company)::text, 'service', (array['SEO', 'PPC', 'SMM'])[1 + n / 100 % 3],
            'fee', 30000 + 1000 * (n / 100 % 50), 'currency', 'RUB', 'billing_period', 'month', 'is_recurring', true,
            'started_on', created_at::date,
            'ended_on', case when bench.chance(n, 96) < 0.5 then created_at::date + 60 + (bench.chance(n, 97) * 400)::int end
        )
    from bench.leads where n % 100 = 0 and created_at > since and created_at <= moment
$$;

create function bench.spend_at(moment timestamptz, since timestamptz)
returns table (source_id text, updated_at timestamptz, payload jsonb) language sql stable as $$
    select 'spend-' || s || '-' || day::date, day,
        jsonb_build_object(
            'period_type', 'day', 'period_start', day::date, 'source', (array['Яндекс', 'Google'])[s], 'channel', null,
            'amount', 1000 + (bench.chance(s * 100000 + (day::date - date '2015-01-01'), 7) * 4000)::int, 'currency', 'RUB',
            'vat_included', true
        )
    from generate_series(date_trunc('day', since), moment, interval '1 day') as day
    cross join generate_series(1, 2) as s
    where day > since and day <= moment
$$;

-- What is read whole every time and hardly ever changes.
create function bench.constant_records() returns table (entity text, source_id text, payload jsonb) language sql stable as $$
    select 'amocrm_account', '31420001', jsonb_build_object(
        'id', 31420001, 'name', 'Бенч',
        '_embedded', '{"users_groups": [{"id": 1, "name": "Лидогенерация"}, {"id": 2, "name": "Отдел продаж"}, {"id": 3, "name": "Аккаунт-менеджмент"}]}'::jsonb
    )
    union all
    select 'amocrm_users', u::text, jsonb_build_object(
        'id', u, 'name', 'Сотрудник ' || u, 'email', 'user' || u || '@bench.example',
        'rights', jsonb_build_object('group_id', case when u <= 9100012 then 1 when u <= 9100041 then 2 else 3 end, 'role_id', 1, 'is_admin', false, 'is_active', true)
    )
    from generate_series(9100001, 9100049) as u
    union all
    select 'amocrm_roles', '1', '{"id": 1, "name": "Менеджер"}'
    union all
    select 'amocrm_pipelines', '6700001', jsonb_build_object(
        'id', 6700001, 'name', 'Отдел продаж', 'sort', 1, 'is_main', true,
        '_embedded', jsonb_build_object(
            'statuses',
            (
                select jsonb_agg(jsonb_build_object('id', s.id, 'name', s.name, 'sort', s.id % 1000 * 10, 'type', case when s.place = 1 then 1 else 0 end))
                from (
                    select 57300000 + p as id, n as name, p as place
                    from unnest(array['Неразобранное', 'Новая', 'Квалификация', 'Встреча', 'Коммерческое предложение', 'Договор', 'Ожидание оплаты', 'Подписание']) with ordinality as x (n, p)
                    union all
                    values (142, 'Успешно', 9), (143, 'Закрыто', 10)
                ) as s
            )
        )
    )
    union all
    select 'amocrm_loss_reasons', i::text, jsonb_build_object('id', i, 'name', (array['Дорого', 'Нет бюджета', 'Нет потребности', 'Дубль', 'Другое', 'Конкурент'])[i])
    from generate_series(1, 6) as i
    union all
    select 'uis_account', '1', '{"app_id": 1, "name": "Бенч", "timezone": "Europe/Moscow"}'
    union all
    select 'uis_employees', e::text, jsonb_build_object('id', e, 'full_name', 'Сотрудник ' || e, 'email', 'user' || (9100000 + e) || '@bench.example')
    from generate_series(1, 49) as e
    union all
    select 'topvisor_projects', p::text, jsonb_build_object(
        'id', p, 'name', 'Проект ' || p, 'site', 'site' || p || '.example',
        'searchers', '[{"key": "0", "regions": [{"index": 1, "key": 213, "name": "Москва", "device": "0", "depth": 1}]}, {"key": "1", "regions": [{"index": 2, "key": 1011969, "name": "Москва", "device": "2", "depth": 10}]}]'::jsonb
    )
    from generate_series(410, 410 + ({keyword_count} - 1) / 50) as p
    union all
    select 'topvisor_keywords', (410 + k / 50) || ':' || k, jsonb_build_object(
        'id', k, 'name', 'запрос номер ' || k, 'group_name', 'группа ' || k / 10,
        'volume:213:0:1', 10 + k % 900, 'volume:1011969:1:1', 5 + k % 300
    )
    from generate_series(0, {keyword_count} - 1) as k
$$;
