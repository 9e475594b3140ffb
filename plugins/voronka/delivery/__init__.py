"""Letters to mailboxes, once, and the pages that are kept of them."""

from voronka.delivery import store
from voronka.delivery.alerts import alert
from voronka.delivery.foreign import assert_only, foreign_names
from voronka.delivery.ledger import Outcome, Uncertain, uncertain
from voronka.delivery.sending import send

__all__ = ["Outcome", "Uncertain", "alert", "assert_only", "foreign_names", "send", "store", "uncertain"]
