"""Carries out changes in the CRM, each once, whatever is killed when.

The journal says "sent" before a request leaves. A process that finds "sent" without an outcome, its own from a lost
answer or another's that was killed, reads back from the CRM what happened and sends again only what left nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from voronka.connectors.crm.amocrm.writing import Action, Outcome, Writer, batches, body_of
from voronka.domain.errors import RateLimited, SourceError
from voronka.loading.action_journal import ActionJournal, Entry, Status


def carry_out(
    writer: Writer, journal: ActionJournal, actions: Sequence[Action], *, dry_run: bool = False
) -> dict[str, Status]:
    """Carry out what is not carried out yet; where each action stands afterwards, by key.

    Args:
        dry_run: only enter them as planned; carried out later under the same key.

    Raises:
        ConfigurationError: a key stands for another action.
        voronka.domain.errors.SourceError: the CRM refused or did not answer; what is uncertain is looked up at the
            next call with the same actions.
    """
    journal.take_turn()
    standing: dict[str, Status] = {}
    due: dict[str, Action] = {}
    for action in actions:
        request = {"entity": action.entity, "id": action.source_id, **body_of(action)}
        entry = journal.plan(action.key, action.kind, request, action.reason, dry_run=dry_run)
        standing[action.key] = entry.status
        if not dry_run and entry.status in ("planned", "sent", "uncertain"):
            outcome = _looked_up(writer, journal, action, entry)
            if outcome is None:
                due[action.key] = action
            else:
                standing[action.key] = _finish(journal, action, outcome)
    for batch in batches(list(due.values())):
        journal.sent(action.key for action in batch)
        try:
            outcomes = writer.send(batch)
        except RateLimited as error:
            # Refused before it was looked at: nothing was carried out.
            _all(journal, batch, "planned", error)
            raise
        except SourceError as error:
            _all(journal, batch, "uncertain", error)
            raise
        for action in batch:
            standing[action.key] = _finish(journal, action, outcomes[action.key])
    return standing


def _looked_up(writer: Writer, journal: ActionJournal, action: Action, entry: Entry) -> Outcome | None:
    if entry.status == "planned" or entry.sent_at is None:
        return None
    return writer.find(action, entry.sent_at, journal.claimed(action.kind))


def _finish(journal: ActionJournal, action: Action, outcome: Outcome) -> Status:
    journal.finish(action.key, outcome.status, outcome.made_id, outcome.error)
    return outcome.status


def _all(journal: ActionJournal, batch: Sequence[Action], status: Status, error: SourceError) -> None:
    for action in batch:
        journal.finish(action.key, status, None, str(error))
