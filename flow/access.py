"""Finds what was set aside, and what was counted."""

from django.db.models import Count, QuerySet

from flow.models import EventCount, FailedRow


def rows_set_aside() -> QuerySet[FailedRow]:
    """Return the rows that no sweep works on any more, the longest of them first."""
    return FailedRow.objects.exclude(set_aside_at=None).order_by("set_aside_at", "pk")


def set_aside_by_task() -> dict[str, int]:
    """Return how many rows are set aside, by the task that failed on them."""
    counts = FailedRow.objects.exclude(set_aside_at=None).order_by().values_list("task")
    return dict(counts.annotate(rows=Count("pk")))


def event_counts(event: str) -> dict[str, int]:
    """Return how often an event happened, by its label."""
    return dict(EventCount.objects.filter(event=event).values_list("label", "count"))
