"""Who works on what, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sandbox.agency.model import User


@dataclass(frozen=True, slots=True)
class Office:
    """The teams by pipeline. ``left`` tells when a user stopped working: the one removed, and the one switched off.

    The removed user is in no team: he took new leads beside his team until he left.
    """

    teams: dict[int, list[User]]
    removed: User
    left: dict[int, datetime]

    def pick(self, rng: Random, pipeline: int, at: datetime) -> User:
        """Someone of the pipeline's team who works at the moment."""
        user = rng.choice(self.teams[pipeline])
        while not self.works(user, at):
            user = rng.choice(self.teams[pipeline])
        return user

    def works(self, user: User, at: datetime) -> bool:
        return user.user_id not in self.left or at < self.left[user.user_id]
