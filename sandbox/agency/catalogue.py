"""What an account is set up with: users, pipelines, custom fields, loss reasons, task types, and the words in use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.agency.model import (
    LOST_STAGE_ID,
    WON_STAGE_ID,
    FieldDefinition,
    FieldOwner,
    Pipeline,
    Stage,
    User,
)
from sandbox.agency.streams import stream

TELEMARKETING, SALES, CARE = 0, 1, 2
GROUPS = ("Лидогенерация", "Отдел продаж", "Аккаунт-менеджмент", "Контроль качества")
LOSS_REASONS = ("Дорого", "Нет бюджета", "Выбрали других", "Нет потребности", "Дубль", "Спам")
TASK_TYPES = ((1, "Связаться", "FOLLOW_UP"), (2, "Встреча", "MEETING"))
SOURCES = ("yandex_direct", "seo", "referral", "cold_call", "partner", "vk_ads", "telegram")
CHANNEL_OF = {
    "yandex_direct": "paid",
    "vk_ads": "paid",
    "telegram": "paid",
    "seo": "organic",
    "referral": "organic",
    "cold_call": "outbound",
    "partner": "partner",
}
CHANNELS = ("paid", "organic", "outbound", "partner")
PARTNERS = ("Студия «Линия»", "Агентство «Точка»", "Хостинг «Узел»")
SUBJECTS = (
    "Строительство",
    "Медицина",
    "Образование",
    "Производство",
    "Авто",
    "Недвижимость",
    "Красота",
    "Юристы",
)
SITE_TYPES = ("Интернет-магазин", "Корпоративный сайт", "Лендинг", "Каталог", "Портал")
SERVICES = ("SEO", "Контекстная реклама", "SMM", "Поддержка сайта", "Разработка сайта")
SEGMENTS = ("SMB", "Enterprise")
ORDINARY_TAGS = ("сайт", "срочно", "тендер", "повторный", "выставка", "вебинар", "рекомендация")
SPAM_TAG, TEST_TAG = "спам", "тест"

FIRST_NAMES = ("Ирина", "Олег", "Анна", "Сергей", "Мария", "Дмитрий", "Елена", "Алексей", "Ольга", "Павел", "Юлия", "Руслан",
               "Наталья", "Тимур", "Виктория", "Игорь", "Айгуль", "Антон", "Ксения", "Марат", "Полина", "Денис")  # fmt: skip
LAST_NAMES = ("Коваленко", "Демиденко", "Шевченко", "Литвин", "Савчук", "Гончар", "Черных", "Седых", "Мельник", "Бондарь",
              "Ткач", "Кравец", "Сафин", "Ким", "Пак", "Цой", "Вебер", "Шульц", "Беридзе", "Саркис", "Руденко", "Юсуф",
              "Долгих", "Белых", "Франк", "Лысенко", "Осипенко", "Гайдук", "Штерн", "Ли")  # fmt: skip
COMPANY_STEMS = ("Строй", "Мед", "Авто", "Агро", "Тех", "Эко", "Пром", "Дом", "Лес", "Сталь", "Свет", "Терм", "Логист",
                 "Мебель", "Окна", "Кровля", "Дент", "Юр", "Фарм", "Кабель")  # fmt: skip
COMPANY_ENDS = (
    "Дом",
    "Сервис",
    "Групп",
    "Альянс",
    "Трейд",
    "Мастер",
    "Плюс",
    "Центр",
    "Проект",
    "Лайн",
    "Профи",
    "Снаб",
)
LEGAL_FORMS = ("ООО", "АО", "ИП", "ТОО")

_STAGES = (
    ("Телемаркетинг", ("Холодный звонок", "Прошли секретаря", "Потребность у ЛПР", "Встреча назначена")),
    ("Продажи", ("Квалификация", "Коммерческое предложение", "Встреча", "Договор", "Первая оплата")),
    ("Сопровождение", ("Онбординг", "Вторая оплата", "Продление")),
)
_TEAM = (0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3)
_REMOVED, _INACTIVE, _ADMIN = 4, 8, 13


@dataclass(frozen=True, slots=True)
class Place:
    """Where an agency sits and what that decides."""

    slug: str
    name: str
    zone: str
    currency: str
    country: str
    regions: tuple[str, ...]
    city_code: str
    price_factor: int


SEVER = Place("sever", "Агентство «Север»", "Europe/Moscow", "RUB", "RU",
              ("Москва", "Санкт-Петербург", "Екатеринбург", "Казань", "Новосибирск"), "495", 1)  # fmt: skip
ALTAI = Place("altai", "Агентство «Алтай»", "Asia/Almaty", "KZT", "KZ",
              ("Алматы", "Астана", "Шымкент", "Караганда", "Актобе"), "727", 5)  # fmt: skip


def place(index: int) -> Place:
    """The tenant's place: the first two are named, further ones take turns."""
    if index < 2:
        return (SEVER, ALTAI)[index]
    twin = (SEVER, ALTAI)[index % 2]
    return Place(f"agency{index + 1}", f"Агентство {index + 1}", twin.zone, twin.currency, twin.country, twin.regions,
                 twin.city_code, twin.price_factor)  # fmt: skip


def make_users(seed: int, index: int, spot: Place, born_at: datetime) -> tuple[list[User], list[User]]:
    """(listed users, removed users): a team of four groups with an administrator, one inactive and one who left."""
    rng = stream(seed, spot.slug, "users")
    listed: list[User] = []
    removed: list[User] = []
    for n, group in enumerate(_TEAM):
        user = User(
            user_id=9_100_101 + index * 1000 + n,
            name=f"{FIRST_NAMES[(n * 5 + index * 3) % len(FIRST_NAMES)]} {LAST_NAMES[(n * 7 + index) % len(LAST_NAMES)]}",
            email=f"user{n + 1}@{spot.slug}.example",
            group_id=0 if group == 0 else 300_100 + index * 10 + group,
            group_name=GROUPS[group],
            role_id=None if n == _ADMIN else 3101 + index * 10 + group,
            is_admin=n == _ADMIN,
            is_active=n not in (_INACTIVE, _REMOVED),
            extension=str(101 + n),
            employee_id=55_001 + index * 1000 + n,
            skill=round(rng.uniform(0.15, 0.95), 3),
            created_at=born_at - timedelta(days=rng.randrange(1, 400)),
        )
        (removed if n == _REMOVED else listed).append(user)
    return listed, removed


def make_pipelines(index: int) -> list[Pipeline]:
    pipelines = []
    for n, (name, open_stages) in enumerate(_STAGES):
        base = 47_000_001 + index * 1000 + n * 100
        stages = [Stage(base, "Неразобранное", 10, "incoming")]
        stages += [
            Stage(base + k, stage, 10 + 10 * k, "open") for k, stage in enumerate(open_stages, start=1)
        ]
        stages.append(Stage(WON_STAGE_ID, "Успешно реализовано", 10_000, "won"))
        stages.append(Stage(LOST_STAGE_ID, "Закрыто и не реализовано", 11_000, "lost"))
        pipelines.append(Pipeline(5_200_001 + index * 10 + n, name, n + 1, n == SALES, tuple(stages)))
    return pipelines


def make_fields(index: int, regions: tuple[str, ...]) -> list[FieldDefinition]:
    """The custom fields; ids and enum ids unique in the account."""
    base, enum_base = 990_001 + index * 1000, 550_001 + index * 1000
    specs: list[tuple[FieldOwner, str, str | None, str, tuple[str, ...]]] = [
        ("leads", "Источник", None, "select", SOURCES),
        ("leads", "Канал", None, "select", CHANNELS),
        ("leads", "Регион", None, "select", regions),
        ("leads", "Тематика", None, "select", SUBJECTS),
        ("leads", "Тип сайта", None, "select", SITE_TYPES),
        ("leads", "Оценка лида", None, "numeric", ()),
        ("leads", "Дата старта", None, "date", ()),
        ("leads", "Услуги", None, "multiselect", SERVICES),
        ("leads", "UTM_SOURCE", "UTM_SOURCE", "tracking_data", ()),
        ("leads", "UTM_MEDIUM", "UTM_MEDIUM", "tracking_data", ()),
        ("leads", "UTM_CAMPAIGN", "UTM_CAMPAIGN", "tracking_data", ()),
        ("contacts", "Телефон", "PHONE", "multitext", ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")),
        ("contacts", "Email", "EMAIL", "multitext", ("WORK", "PRIV", "OTHER")),
        ("companies", "Сегмент", None, "select", SEGMENTS),
        ("companies", "Регион", None, "select", regions),
        ("companies", "Тематика", None, "select", SUBJECTS),
        ("companies", "Телефон", "PHONE", "multitext", ("WORK", "WORKDD", "MOB", "FAX", "HOME", "OTHER")),
        ("companies", "ИНН", None, "text", ()),
        ("leads", "Партнёр", None, "text", ()),
    ]
    fields, next_enum = [], enum_base
    for n, (entity, name, code, kind, labels) in enumerate(specs):
        enums = tuple(
            (next_enum + k, label, label if kind == "multitext" else None) for k, label in enumerate(labels)
        )
        next_enum += len(labels)
        fields.append(FieldDefinition(base + n, entity, name, code, kind, enums))
    return fields


def field_ids(fields: list[FieldDefinition], entity: str) -> dict[str, int]:
    """Name (code where there is one) → field id, of an entity."""
    return {
        definition.code or definition.name: definition.field_id
        for definition in fields
        if definition.entity == entity
    }
