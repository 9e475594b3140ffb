"""Write ``dbt_project/seeds/phone_rules.csv``: how each country writes its numbers, out of the phonenumbers library.

Run it after phonenumbers was upgraded (a test tells when the two differ): ``.venv/bin/python scripts/make_phone_rules.py``.
One row per country; a calling code's countries share ``valid_pattern``, told in the row of its main one. Rows of numbers that belong to no country (such as +800) have the country code ``001-<code>``.
"""

from __future__ import annotations

import csv
import re
import sys
from io import StringIO
from pathlib import Path

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberDesc

TARGET = Path(__file__).parents[1] / "dbt_project" / "seeds" / "phone_rules.csv"
COLUMNS = (
    "country_code",
    "calling_code",
    "is_main",
    "international_prefix",
    "national_prefix",
    "replacement",
    "general_pattern",
    "valid_pattern",
    "possible_lengths",
)
KINDS = (
    "fixed_line",
    "mobile",
    "toll_free",
    "premium_rate",
    "shared_cost",
    "personal_number",
    "voip",
    "pager",
    "uan",
    "voicemail",
)


def rules_text() -> str:
    """The whole CSV. Patterns are regular expressions to be matched against all digits, without anchors."""
    regions = [
        (region, metadata)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        if (metadata := PhoneMetadata.metadata_for_region(region)) is not None
    ]
    regions += [
        (f"001-{code}", metadata)
        for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS)
        if (metadata := PhoneMetadata.metadata_for_nongeo_region(code)) is not None
    ]
    valid: dict[int, dict[str, None]] = {}
    for _, metadata in regions:
        patterns = valid.setdefault(metadata.country_code, {})
        patterns.update(dict.fromkeys(_patterns_of_kinds(metadata)))

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for region, metadata in regions:
        code = metadata.country_code
        prefix = metadata.national_prefix_for_parsing or ""
        has_groups = bool(prefix) and re.compile(prefix).groups > 0
        is_main = phonenumbers.region_code_for_country_code(code) in (region, "001")
        writer.writerow((
            region,
            code,
            str(is_main).lower(),
            metadata.international_prefix or "",
            prefix,
            (metadata.national_prefix_transform_rule or "") if has_groups else "",
            metadata.general_desc.national_number_pattern,
            "|".join(valid[code]) if is_main else "",
            "{" + ",".join(map(str, metadata.general_desc.possible_length)) + "}",
        ))  # fmt: skip
    return text.getvalue()


def _patterns_of_kinds(metadata: PhoneMetadata) -> list[str]:
    found: list[PhoneNumberDesc | None] = [getattr(metadata, kind) for kind in KINDS]
    return [desc.national_number_pattern for desc in found if desc and desc.national_number_pattern]


if __name__ == "__main__":
    TARGET.write_text(rules_text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET}\n")
