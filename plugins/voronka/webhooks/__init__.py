"""Takes webhooks in: answers at once, keeps what it accepted on the local disk, hands it on."""

from voronka.webhooks.app import make_app
from voronka.webhooks.spool import Accepted, Spool, SpoolFull

__all__ = ["Accepted", "Spool", "SpoolFull", "make_app"]
