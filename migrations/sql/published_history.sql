-- What was published, kept row by row with the time it stood, and what of it was restated later.
-- Made and run as voronka_transformer, which owns the marts.

create table history.publications (
    run_id text not null,
    account_id text not null,
    kept_at timestamptz not null,
    data_as_of timestamptz not null,
    crm_as_of timestamptz not null,
    primary key (run_id, account_id)
);

create table history.restatements (
    restatement_id bigint generated always as identity primary key,
    account_id text not null,
    run_id text not null,
    restated_at timestamptz not null,
    previous_run_id text not null,
    previously_published_at timestamptz not null,
    mart text not null,
    metric_id text not null,
    period_type text not null,
    period_start date not null,
    subject_type text not null,
    subject_id text not null,
    value_before numeric,
    value_after numeric,
    cause text not null check (
        cause in (
            'deletion', 'merge', 'restoration', 'marking', 'late data', 'correction', 'corrected sheet', 'progress',
            'recalculation'
        )
    ),
    records int not null
);
create index restatements_period on history.restatements (account_id, restated_at, mart, period_start);
create index restatements_run on history.restatements (run_id);

-- Which marts are kept, and by which key; `columns` where not all of them are.
create function history.kept_marts() returns table (mart text, keys text [], columns text [])
language sql immutable set search_path = '' as $$
    values
    (
        'fct_leads',
        array['account_id', 'lead_id'],
        array[
            'account_id', 'lead_id', 'pipeline_id', 'status', 'is_deleted', 'merged_into_lead_id', 'is_counted', 'source',
            'user_id', 'client_id', 'amount', 'created_at', 'created_date', 'won_date', 'lost_date'
        ]
    ),
    (
        'fct_payments',
        array['account_id', 'payment_id'],
        array['account_id', 'payment_id', 'client_id', 'amount', 'is_deleted', 'paid_at', 'paid_date']
    ),
    ('funnel_cohorts', array['account_id', 'cohort_month', 'pipeline_id', 'stage_id'], null),
    (
        'kpi_values',
        array['account_id', 'metric_id', 'period_type', 'period_start', 'subject_type', 'subject_id'],
        null
    ),
    ('mrr_monthly', array['account_id', 'month_start'], null)
$$;

-- The rows of a mart that differ from what was last published of these accounts, both sides as jsonb.
create function history.changes_of(of_mart text, keys text [], kept_columns text [], accounts text [])
returns table (account_id text, old_row jsonb, new_row jsonb)
language plpgsql set search_path = '' as $$
declare
    on_keys text := (select string_agg(format('m.%1$I = h.%1$I', k), ' and ') from unnest(keys) as k);
    ours text := (select string_agg(format('m.%I', c), ', ') from unnest(kept_columns) as c);
    theirs text := (select string_agg(format('h.%I', c), ', ') from unnest(kept_columns) as c);
    selected text := (select string_agg(format('%I', c), ', ') from unnest(kept_columns) as c);
begin
    return query execute format(
        $query$
        select
            coalesce(m.account_id, h.account_id),
            case when h.account_id is not null then to_jsonb(h) - '{valid_from,valid_to,run_id}'::text [] end,
            case when m.account_id is not null then to_jsonb(m) end
        from (select %1$s from marts.%2$I where account_id = any($1)) as m
        full join (select * from history.%2$I where valid_to is null and account_id = any($1)) as h on %3$s
        where row(%4$s) is distinct from row(%5$s)
        $query$,
        selected, of_mart, on_keys, ours, theirs
    ) using accounts;
end
$$;

-- The table that keeps a mart, with the columns the mart has now.
create function history.ensure_table(of_mart text, kept_columns text []) returns void
language plpgsql set search_path = '' as $$
declare
    missing record;
begin
    if to_regclass(format('history.%I', of_mart)) is null then
        execute format(
            'create table history.%1$I as select %2$s, null::timestamptz as valid_from, null::timestamptz as valid_to,'
            ' null::text as run_id from marts.%1$I limit 0',
            of_mart, (select string_agg(format('%I', c), ', ') from unnest(kept_columns) as c)
        );
        execute format('create index on history.%I (account_id) where valid_to is null', of_mart);
        execute format('create index on history.%I (account_id, valid_from)', of_mart);
        execute format(
            'comment on table history.%1$I is ''Rows of marts.%1$s as they were published, with the time they stood.''',
            of_mart
        );
    end if;
    for missing in
        select a.attname, format_type(a.atttypid, a.atttypmod) as column_type
        from pg_catalog.pg_attribute as a
        where
            a.attrelid = format('marts.%I', of_mart)::regclass and a.attnum > 0 and a.attname = any(kept_columns)
            and not exists (
                select from pg_catalog.pg_attribute as k
                where k.attrelid = format('history.%I', of_mart)::regclass and k.attname = a.attname and k.attnum > 0
            )
    loop
        execute format('alter table history.%I add column %I %s', of_mart, missing.attname, missing.column_type);
    end loop;
end
$$;

-- marts.<mart>_as_of(moment): the mart's rows as the last publication by then had them.
create function history.ensure_function(of_mart text, kept_columns text []) returns void
language plpgsql set search_path = '' as $$
declare
    declared text := (
        select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by k.place)
        from unnest(kept_columns) with ordinality as k (name, place)
        inner join pg_catalog.pg_attribute as a
            on a.attrelid = format('marts.%I', of_mart)::regclass and a.attname = k.name and a.attnum > 0
    );
    selected text := (select string_agg(format('h.%I', c), ', ') from unnest(kept_columns) as c);
    signature text := format('marts.%I(timestamptz)', of_mart || '_as_of');
    body text := format(
        'select %s from history.%I as h where h.valid_from <= moment and (h.valid_to is null or h.valid_to > moment)'
        ' /* %s */',
        selected, of_mart, declared
    );
begin
    if exists (
        select from pg_catalog.pg_proc as p
        where p.oid = to_regprocedure(signature) and p.prosrc = body
    ) then
        return;
    end if;
    execute format('drop function if exists %s', signature);
    execute format(
        'create function marts.%I(moment timestamptz) returns table (%s) language sql stable security definer'
        ' set search_path = '''' as %L',
        of_mart || '_as_of', declared, body
    );
    execute format(
        'comment on function %s is ''Rows of marts.%s as the last publication by a moment had them.''', signature, of_mart
    );
    execute format('revoke all on function %s from public', signature);
    execute format('grant execute on function %s to voronka_bi, voronka_app, voronka_pii', signature);
end
$$;

-- Which corrections of leads and payments explain a restated figure: one row per record and local day it touches.
create function history.corrections() returns table (
    account_id text, record_kind text, record_id text, touched date, pipeline_id text, user_ids text [], cause text
)
language sql set search_path = '' as $$
    with leads as (
        select
            c.account_id, c.old_row, c.new_row,
            coalesce(c.new_row, c.old_row) as any_row,
            case
                when c.new_row is null then 'deletion'
                when c.old_row is null and (c.new_row ->> 'created_at')::timestamptz < p.crm_as_of then 'late data'
                when c.old_row is null then null
                when (c.new_row ->> 'is_deleted')::boolean and not (c.old_row ->> 'is_deleted')::boolean
                    and c.new_row ->> 'merged_into_lead_id' is null then 'deletion'
                when c.new_row ->> 'merged_into_lead_id' is distinct from c.old_row ->> 'merged_into_lead_id' then 'merge'
                when (c.old_row ->> 'is_deleted')::boolean and not (c.new_row ->> 'is_deleted')::boolean then 'restoration'
                when c.new_row ->> 'is_counted' is distinct from c.old_row ->> 'is_counted' then 'marking'
                when
                    c.new_row ->> 'won_date' is distinct from c.old_row ->> 'won_date'
                    or c.new_row ->> 'lost_date' is distinct from c.old_row ->> 'lost_date' then 'late data'
                else 'correction'
            end as cause
        from pg_temp.changes as c
        inner join pg_temp.previous as p on c.account_id = p.account_id
        where c.mart = 'fct_leads'
    ),

    payments as (
        select
            c.account_id, c.old_row, c.new_row,
            coalesce(c.new_row, c.old_row) as any_row,
            case
                when c.new_row is null then 'deletion'
                when c.old_row is null and (c.new_row ->> 'paid_at')::timestamptz < p.data_as_of then 'late data'
                when c.old_row is null then null
                when (c.new_row ->> 'is_deleted')::boolean and not (c.old_row ->> 'is_deleted')::boolean then 'deletion'
                else 'correction'
            end as cause
        from pg_temp.changes as c
        inner join pg_temp.previous as p on c.account_id = p.account_id
        where c.mart = 'fct_payments'
    )

    select distinct
        l.account_id, 'lead', l.any_row ->> 'lead_id', day::date, l.any_row ->> 'pipeline_id',
        array[l.old_row ->> 'user_id', l.new_row ->> 'user_id'], l.cause
    from leads as l
    cross join lateral (
        values
        (l.any_row ->> 'created_date'), (l.old_row ->> 'won_date'), (l.new_row ->> 'won_date'),
        (l.old_row ->> 'lost_date'), (l.new_row ->> 'lost_date')
    ) as days (day)
    where l.cause is not null and day is not null
    union all
    select distinct
        p.account_id, 'payment', p.any_row ->> 'payment_id', day::date, null,
        array[]::text [], p.cause
    from payments as p
    cross join lateral (values (p.old_row ->> 'paid_date'), (p.new_row ->> 'paid_date')) as days (day)
    where p.cause is not null and day is not null
$$;

-- Keep what a run publishes: called in the transaction that publishes it.
create function history.keep_published(of_run text, moment timestamptz) returns void
language plpgsql security definer set search_path = '' as $$
declare
    accounts text [] := array(
        select a.account_id from ops.run_accounts as a where a.run_id = of_run and a.status = 'published'
    );
    kept record;
    present text [];
begin
    drop table if exists pg_temp.previous, pg_temp.changes;
    create temporary table previous on commit drop as
    select distinct on (p.account_id) p.account_id, p.run_id, p.kept_at, p.data_as_of, p.crm_as_of
    from history.publications as p
    where p.account_id = any(accounts) and p.run_id <> of_run
    order by p.account_id, p.kept_at desc;
    create temporary table changes (mart text, account_id text, old_row jsonb, new_row jsonb) on commit drop;

    for kept in
        select k.mart, k.keys, k.columns from history.kept_marts() as k
        where to_regclass(format('marts.%I', k.mart)) is not null
    loop
        present := array(
            select a.attname::text from pg_catalog.pg_attribute as a
            where
                a.attrelid = format('marts.%I', kept.mart)::regclass and a.attnum > 0 and not a.attisdropped
                and (kept.columns is null or a.attname = any(kept.columns))
            order by a.attnum
        );
        perform history.ensure_table(kept.mart, present);
        insert into pg_temp.changes
        select kept.mart, c.account_id, c.old_row, c.new_row
        from history.changes_of(kept.mart, kept.keys, present, accounts) as c;
        execute format(
            'update history.%I as h set valid_to = $1 from pg_temp.changes as c'
            ' where c.mart = $2 and h.valid_to is null and c.old_row is not null and %s',
            kept.mart,
            (
                select string_agg(format('h.%1$I = (c.old_row ->> %1$L)::%2$s', k, format_type(a.atttypid, a.atttypmod)), ' and ')
                from unnest(kept.keys) as k
                inner join pg_catalog.pg_attribute as a
                    on a.attrelid = format('marts.%I', kept.mart)::regclass and a.attname = k
            )
        ) using moment, kept.mart;
        execute format('delete from history.%I where valid_from = $1 and valid_to = $1', kept.mart) using moment;
        execute format(
            'insert into history.%1$I select (jsonb_populate_record(null::history.%1$I, c.new_row'
            ' || jsonb_build_object(''valid_from'', $1, ''run_id'', $2))).*'
            ' from pg_temp.changes as c where c.mart = %1$L and c.new_row is not null',
            kept.mart
        ) using moment, of_run;
        if kept.columns is null then
            perform history.ensure_function(kept.mart, present);
        end if;
    end loop;

    delete from history.restatements as r where r.run_id = of_run;
    if exists (select from pg_temp.previous) and exists (select from pg_temp.changes) then
        perform history.restate(of_run, moment);
    end if;
    insert into history.publications (run_id, account_id, kept_at, data_as_of, crm_as_of)
    select
        a.run_id, a.account_id, moment, a.data_as_of,
        coalesce(
            (
                select min(w.high_water_at) from ops.watermarks as w
                where w.account_id = a.account_id and w.provider = 'amocrm' and w.entity in ('leads', 'events')
            ),
            a.data_as_of
        )
    from ops.run_accounts as a
    where a.run_id = of_run and a.status = 'published'
    on conflict (run_id, account_id) do update
    set kept_at = excluded.kept_at, data_as_of = excluded.data_as_of, crm_as_of = excluded.crm_as_of;
end
$$;

-- Figures of periods that were over when they were published, and that are another today; and why.
create function history.restate(of_run text, moment timestamptz) returns void
language plpgsql set search_path = '' as $$
begin
    drop table if exists pg_temp.found, pg_temp.corrected;
    create temporary table corrected on commit drop as select * from history.corrections();
    create temporary table found on commit drop as
    -- a cohort goes on after its month: what counts is whether steps entered by then are others now
    select
        c.account_id, 'funnel_cohorts' as mart, c.metric_id, 'month' as period_type, c.cohort_month as period_start,
        (c.cohort_month + interval '1 month')::date as period_end, 'stage' as subject_type, c.stage_id as subject_id,
        c.pipeline_id, c.value_before, c.value_after, false as is_progress
    from history.cohort_cells() as c
    union all
    select
        c.account_id, 'kpi_values', c.old_row ->> 'metric_id', c.old_row ->> 'period_type',
        (c.old_row ->> 'period_start')::date,
        ((c.old_row ->> 'period_start')::date + ('1 ' || (c.old_row ->> 'period_type'))::interval)::date,
        c.old_row ->> 'subject_type', c.old_row ->> 'subject_id', null,
        (c.old_row ->> 'fact')::numeric, (c.new_row ->> 'fact')::numeric,
        coalesce(d.date_basis = 'created_at' and d.aggregation <> 'sum', false)
    from pg_temp.changes as c
    inner join pg_temp.previous as p on c.account_id = p.account_id
    left join intermediate.metric_definitions as d on c.old_row ->> 'metric_id' = d.metric_id
    where
        c.mart = 'kpi_values' and (c.old_row ->> 'is_complete')::boolean
        and (c.old_row ->> 'fact')::numeric is distinct from (c.new_row ->> 'fact')::numeric
    union all
    select
        c.account_id, 'mrr_monthly', m.metric_id, 'month', (c.old_row ->> 'month_start')::date,
        ((c.old_row ->> 'month_start')::date + interval '1 month')::date,
        'company', c.account_id, null,
        (c.old_row ->> m.metric_id)::numeric, (c.new_row ->> m.metric_id)::numeric, false
    from pg_temp.changes as c
    inner join pg_temp.previous as p on c.account_id = p.account_id
    cross join unnest(
        array['mrr_start', 'new', 'expansion', 'contraction', 'churn', 'reactivation', 'mrr_end', 'clients_end']
    ) as m (metric_id)
    where
        c.mart = 'mrr_monthly' and (c.old_row ->> 'is_closed')::boolean
        and (c.old_row ->> m.metric_id)::numeric is distinct from (c.new_row ->> m.metric_id)::numeric;

    insert into history.restatements (
        account_id, run_id, restated_at, previous_run_id, previously_published_at, mart, metric_id, period_type,
        period_start, subject_type, subject_id, value_before, value_after, cause, records
    )
    select
        f.account_id, of_run, moment, p.run_id, p.kept_at, f.mart, f.metric_id, f.period_type, f.period_start,
        f.subject_type, f.subject_id, f.value_before, f.value_after,
        coalesce(
            why.cause,
            case
                when f.is_progress then 'progress'
                when f.mart = 'mrr_monthly' and history.sheet_changed(f.account_id, p.kept_at) then 'corrected sheet'
                when history.anything_loaded(f.account_id, p.kept_at) then 'late data'
                else 'recalculation'
            end
        ),
        coalesce(why.records, 0)
    from pg_temp.found as f
    inner join pg_temp.previous as p on f.account_id = p.account_id
    left join lateral (
        select x.cause, count(distinct x.record_id)::int as records
        from pg_temp.corrected as x
        where
            x.account_id = f.account_id and x.touched >= f.period_start and x.touched < f.period_end
            and f.mart <> 'mrr_monthly'
            and (f.pipeline_id is null or x.pipeline_id = f.pipeline_id)
            and (f.subject_type <> 'user' or x.record_kind = 'payment' or f.subject_id = any(x.user_ids))
            and (x.record_kind = 'payment') = (f.metric_id like 'payments%')
        group by x.cause
        order by
            array_position(
                array['deletion', 'merge', 'restoration', 'marking', 'late data', 'correction'], x.cause
            )
        limit 1
    ) as why on true;
end
$$;

-- Published cells of the funnel that changed beside the same cells today, over steps entered by the moment they spoke of.
create function history.cohort_cells() returns table (
    account_id text, cohort_month date, pipeline_id text, stage_id text, metric_id text, value_before numeric,
    value_after numeric
)
language sql set search_path = '' as $$
    with cells as (
        select
            c.account_id,
            (c.old_row ->> 'cohort_month')::date as cohort_month,
            c.old_row ->> 'pipeline_id' as pipeline_id,
            c.old_row ->> 'stage_id' as stage_id,
            (c.old_row ->> 'leads_any')::numeric as leads_any,
            (c.old_row ->> 'leads_strict')::numeric as leads_strict,
            (c.old_row ->> 'leads_filled')::numeric as leads_filled
        from pg_temp.changes as c
        inner join pg_temp.previous as p on c.account_id = p.account_id
        where c.mart = 'funnel_cohorts' and c.old_row is not null
    ),

    cohorts as (
        select distinct c.account_id, c.cohort_month, c.pipeline_id, p.crm_as_of
        from cells as c
        inner join pg_temp.previous as p on c.account_id = p.account_id
    ),

    path as (
        select
            s.account_id, s.cohort_month, s.pipeline_id, s.stage_id, s.reached_strict,
            s.first_entered_at <= k.crm_as_of as is_entered,
            min(s.first_entered_at) over (
                partition by s.lead_id, s.pipeline_id order by s.stage_order
                rows between current row and unbounded following
            ) <= k.crm_as_of as is_reached
        from marts.fct_lead_steps as s
        inner join cohorts as k
            on s.account_id = k.account_id and s.cohort_month = k.cohort_month and s.pipeline_id = k.pipeline_id
        where s.is_counted
    ),

    today as (
        select
            p.account_id, p.cohort_month, p.pipeline_id, p.stage_id,
            count(*) filter (where p.is_entered) as leads_any,
            count(*) filter (where p.is_entered and p.reached_strict) as leads_strict,
            count(*) filter (where p.is_reached) as leads_filled
        from path as p
        group by p.account_id, p.cohort_month, p.pipeline_id, p.stage_id
    )

    select c.account_id, c.cohort_month, c.pipeline_id, c.stage_id, m.metric_id, m.value_before, m.value_after
    from cells as c
    left join today as t
        on
            c.account_id = t.account_id and c.cohort_month = t.cohort_month and c.pipeline_id = t.pipeline_id
            and c.stage_id = t.stage_id
    cross join lateral (
        values
        ('leads_any', c.leads_any, coalesce(t.leads_any, 0)),
        ('leads_strict', c.leads_strict, coalesce(t.leads_strict, 0)),
        ('leads_filled', c.leads_filled, coalesce(t.leads_filled, 0))
    ) as m (metric_id, value_before, value_after)
    where m.value_before <> m.value_after
$$;

create function history.sheet_changed(of_account text, since timestamptz) returns boolean
language sql stable set search_path = '' as $$
    select exists (
        select from ops.loads as l
        where
            l.account_id = of_account and l.provider = 'sheets' and l.entity = 'contracts' and l.started_at > since
            and l.rows_inserted + l.rows_updated + l.rows_deleted > 0
    )
$$;

create function history.anything_loaded(of_account text, since timestamptz) returns boolean
language sql stable set search_path = '' as $$
    select exists (
        select from ops.loads as l
        where
            l.account_id = of_account and l.started_at > since
            and l.rows_inserted + l.rows_updated + l.rows_deleted > 0
    )
$$;
