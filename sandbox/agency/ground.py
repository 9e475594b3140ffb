"""What every part of a tenant's simulation stands on."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.agency.calendar import AgencyCalendar
from sandbox.agency.catalogue import Place
from sandbox.agency.streams import stream


@dataclass(frozen=True, slots=True)
class Ground:
    """A tenant: its number in the world (ids start from it), its place and its time."""

    seed: int
    index: int
    spot: Place
    calendar: AgencyCalendar

    def stream(self, purpose: str) -> Random:
        """A generator for a purpose, the tenant's own."""
        return stream(self.seed, self.spot.slug, purpose)
