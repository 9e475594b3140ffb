"""``python -m sandbox.agency``: build a world and say what is in it."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime

from sandbox.agency.model import Size
from sandbox.agency.summary import oddities
from sandbox.agency.truth import truth
from sandbox.agency.world import build_world


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.agency", description=__doc__)
    size = Size()
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--accounts", type=int, default=2)
    parser.add_argument("--until", type=datetime.fromisoformat, default=datetime(2026, 11, 1, tzinfo=UTC), help="end of life, ISO 8601; UTC unless it says otherwise")  # fmt: skip
    parser.add_argument("--leads", type=int, default=size.leads, help="of each account")
    parser.add_argument("--calls", type=int, help="of each account; five times the leads by default")
    parser.add_argument("--months", type=int, default=size.months)
    parser.add_argument("--projects", type=int, default=size.projects)
    parser.add_argument("--keywords", type=int, default=size.keywords, help="of each project")
    parser.add_argument("--position-days", type=int, default=size.position_days)
    given = parser.parse_args()
    until = given.until if given.until.tzinfo else given.until.replace(tzinfo=UTC)
    calls = 5 * given.leads if given.calls is None else given.calls
    wanted = Size(given.leads, calls, given.projects, given.keywords, given.position_days, given.months)
    try:
        world = build_world(given.seed, until=until, size=wanted, accounts=given.accounts)
    except ValueError as error:
        parser.error(str(error))
    for tenant in world.tenants.values():
        facts = truth(tenant, until)
        lines = [f"{tenant.name} ({tenant.slug}), {tenant.born_at:%Y-%m-%d} to {until:%Y-%m-%d}"]
        for name in ("rows", "leads", "calls"):
            lines.append(f"  {name}: " + ", ".join(f"{key} {value:,}" for key, value in facts[name].items()))
        lines += [f"  {name}: {count:,}" for name, count in oddities(tenant, until).items()]
        sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
