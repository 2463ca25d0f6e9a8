"""The sender's pages, by what a sender does there."""

from drafts.views.content import draft_attachment, draft_body
from drafts.views.finishing import (
    draft,
    draft_discard,
    draft_restore,
    draft_retry,
    draft_send,
    draft_split,
    draft_undo,
    finish,
    recipient_remove,
)
from drafts.views.help import help_answer, help_page
from drafts.views.life import draft_ask, draft_once_more, draft_opened, draft_share, draft_snooze
from drafts.views.lists import draft_list, sent_list
from drafts.views.radar import help_answers, radar, radar_draft
from drafts.views.recipients import (
    draft_paste,
    draft_paste_undo,
    draft_status,
    recipient_accept,
    recipient_complete,
    recipient_keep,
    recipient_propose,
)
from drafts.views.together import draft_together, draft_together_send

__all__ = [
    "draft",
    "draft_ask",
    "draft_attachment",
    "draft_body",
    "draft_discard",
    "draft_list",
    "draft_once_more",
    "draft_opened",
    "draft_paste",
    "draft_paste_undo",
    "draft_restore",
    "draft_retry",
    "draft_send",
    "draft_share",
    "draft_snooze",
    "draft_split",
    "draft_status",
    "draft_together",
    "draft_together_send",
    "draft_undo",
    "finish",
    "help_answer",
    "help_answers",
    "help_page",
    "radar",
    "radar_draft",
    "recipient_accept",
    "recipient_complete",
    "recipient_keep",
    "recipient_propose",
    "recipient_remove",
    "sent_list",
]
