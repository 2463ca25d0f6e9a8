"""The sender's pages, by what a sender does there."""

from drafts.views.content import draft_attachment, draft_body
from drafts.views.finishing import (
    draft,
    draft_discard,
    draft_restore,
    draft_send,
    draft_undo,
    finish,
    recipient_remove,
)
from drafts.views.help import help_page
from drafts.views.lists import draft_list, sent_list

__all__ = [
    "draft",
    "draft_attachment",
    "draft_body",
    "draft_discard",
    "draft_list",
    "draft_restore",
    "draft_send",
    "draft_undo",
    "finish",
    "help_page",
    "recipient_remove",
    "sent_list",
]
