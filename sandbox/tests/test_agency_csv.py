"""A folder of CSV files as a CRM account: a small one made by hand, and the real one where it is at hand."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.agency.csv_folder import KEY_FIELD, OPEN_STAGE, read_csv_account
from sandbox.agency.csv_mapping import MappingError
from sandbox.agency.history import events
from sandbox.agency.model import WON_STAGE_ID, Tenant
from sandbox.agency.truth import truth

ROOT = Path(__file__).parents[2]
OLIST = ROOT / "../shared/data/olist"
OLIST_MAPPING = ROOT / "sandbox/csv_accounts/olist.yml"
NOW = datetime(2026, 1, 1, tzinfo=UTC)

MAPPING = """
slug: shop
name: Shop
time_zone: America/Sao_Paulo
currency: BRL
country: BR
leads: {file: leads.csv, key: id, created: day, format: "%Y-%m-%d", fields: {Источник: origin}}
deals: {file: deals.csv, lead: lead, won: won, format: "%Y-%m-%d %H:%M", company: seller, owner: rep, amount: value}
companies: {file: sellers.csv, key: id, fields: {Регион: state}}
payments: {file: items.csv, key: [order, item], company: seller, paid: at, format: "%Y-%m-%d %H:%M", amount: price}
"""
FILES = {
    "leads.csv": "id,day,origin,page\nb,2018-02-02,social,1\na,2018-02-01,,2\nc,2018-02-03,unknown,3\n",
    "deals.csv": "lead,won,seller,rep,value\nb,2018-02-05 10:00,s1,r1,99.50\nc,2018-02-01 09:00,s2,r2,\n",
    "sellers.csv": "id,state\ns1,SP\n",
    "items.csv": "order,item,seller,at,price\no1,1,s1,2018-03-02 08:00,10.50\no1,2,s1,2018-03-01 08:00,20.49\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "shop.yml").write_text(MAPPING, encoding="utf-8")
    return tmp_path


def read(folder: Path) -> Tenant:
    return read_csv_account(folder, folder / "shop.yml")


def field_of(tenant: Tenant, name: str, entity: str = "leads") -> int:
    return next(f.field_id for f in tenant.fields if f.name == name and f.entity == entity)


def test_leads_deals_companies_payments(folder: Path) -> None:
    tenant = read(folder)
    seen = tenant.at(NOW)
    key, source = field_of(tenant, KEY_FIELD), field_of(tenant, "Источник")
    leads = {lead.fields[key]: lead for lead in seen.leads}
    assert [lead.fields[key] for lead in seen.leads] == ["b", "a", "c"], "ids in file order"
    assert source not in leads["a"].fields
    assert leads["c"].fields[source] == "unknown"
    assert leads["b"].created_at == datetime(2018, 2, 2, 2, tzinfo=UTC), "midnight in São Paulo, summer time"
    assert [move.at for move in leads["b"].moves] == [datetime(2018, 2, 5, 12, tzinfo=UTC)]
    assert leads["b"].moves[0].to_stage_id == WON_STAGE_ID
    assert leads["c"].moves[0].at < leads["c"].created_at, "kept as the file has it"
    assert leads["b"].prices[0][1] == 100
    assert tenant.pipelines[0].stages[0].name == OPEN_STAGE
    companies = {
        company.fields[field_of(tenant, KEY_FIELD, "companies")]: company for company in seen.companies
    }
    region = field_of(tenant, "Регион", "companies")
    assert companies["s1"].fields[region] == "SP"
    assert region not in companies["s2"].fields
    assert [(p.amount, p.comment) for p in seen.payments] == [(11, "o1:1"), (20, "o1:2")]
    facts = truth(tenant, NOW)
    assert (facts["leads"]["won"], facts["leads"]["open"], facts["rows"]["customers"]) == (2, 1, 1)
    assert repr(read(folder)) == repr(read(folder))


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("leads.csv", "2018-02-01", "01.02.2018", r"leads.csv, line 3: '01.02.2018' does not fit"),
        ("leads.csv", "\nc,", "\nb,", r"lead 'b' comes twice"),
        ("deals.csv", "\nc,", "\nb,", r"deals.csv, line 3: lead 'b' has a second deal"),
        ("deals.csv", "lead,won", "mql,won", r"deals.csv has no column lead"),
        ("items.csv", "20.49", "much", r"items.csv, line 3: 'much' is no amount"),
        ("items.csv", "2,s1", "2,s9", r"items.csv, line 3: 's9' is no company"),
        (
            "shop.yml",
            "key: id, created",
            "ident: id, created",
            r"shop.yml, leads: .*'ident'.* It knows: file, key",
        ),
        ("shop.yml", "file: sellers.csv", "file: nowhere.csv", r"nowhere.csv is not in"),
        ("shop.yml", "slug: shop", "slug: [", r"shop.yml is no YAML"),
    ],
)
def test_mistakes_are_named(folder: Path, file: str, old: str, new: str, message: str) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(MappingError, match=message):
        read(folder)


@pytest.mark.shared
@pytest.mark.skipif(not OLIST.is_dir(), reason="the Olist files do not lie beside this checkout")
def test_the_olist_funnel() -> None:
    tenant = read_csv_account(OLIST, OLIST_MAPPING)
    facts = truth(tenant, NOW)
    assert (facts["rows"]["leads"], facts["leads"]["won"], facts["rows"]["companies"]) == (8000, 842, 842)
    assert facts["rows"]["transactions"] == 696
    assert len(events(tenant, NOW)) == 8000 + 842 + 842 + 696
    with (OLIST / "olist_marketing_qualified_leads_dataset.csv").open(encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    source, key = field_of(tenant, "Источник"), field_of(tenant, KEY_FIELD)
    leads = tenant.at(NOW).leads
    assert [lead.fields[key] for lead in leads] == [row["mql_id"] for row in rows]
    assert [lead.fields.get(source, "") for lead in leads] == [row["origin"] for row in rows]
    assert sum(lead.moves[0].at < lead.created_at for lead in leads if lead.moves) == 1
