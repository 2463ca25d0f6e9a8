"""Keeps no session longer than it lives, and seals the audit log."""

from celery import shared_task
from django.core.management import call_command

from accounts import actions


@shared_task(name="accounts.tasks.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions that have ended."""
    call_command("clearsessions")


@shared_task(name="accounts.tasks.seal_audit")
def seal_audit() -> None:
    """Seal what was written to the audit log."""
    actions.seal_audit()


@shared_task(name="accounts.tasks.prune_audit")
def prune_audit() -> None:
    """Delete what the audit log need not keep any longer."""
    actions.prune_audit()
