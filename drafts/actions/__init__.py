"""Everything that changes a draft. One function per user story, each one short transaction."""

from drafts.actions.finishing import (
    NothingToUndo,
    SendingForbidden,
    Unfinished,
    complete_recipients,
    correct_address,
    discard_draft,
    forget_choices,
    remove_recipient,
    restore_draft,
    send_draft,
    undo_send,
)
from drafts.actions.holding import hold_mail
from drafts.actions.judging import judge_again, judge_changes, judge_new
from drafts.actions.releasing import release_draft

__all__ = [
    "NothingToUndo",
    "SendingForbidden",
    "Unfinished",
    "complete_recipients",
    "correct_address",
    "discard_draft",
    "forget_choices",
    "hold_mail",
    "judge_again",
    "judge_changes",
    "judge_new",
    "release_draft",
    "remove_recipient",
    "restore_draft",
    "send_draft",
    "undo_send",
]
