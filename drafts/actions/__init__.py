"""Everything that changes a draft. One function per user story, each one short transaction."""

from drafts.actions.announcing import announce_sent, senders_to_announce
from drafts.actions.answering import answer_help
from drafts.actions.expiring import drafts_to_expire, expire_draft
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
    send_once_more,
    undo_send,
)
from drafts.actions.forgetting import erase_recipient, forget_answers, forget_recipients
from drafts.actions.holding import hold_mail, hold_mails
from drafts.actions.judging import judge_changes, judge_new, judge_new_together, judge_policies
from drafts.actions.releasing import release_due
from drafts.actions.reminding import remind_sender, senders_to_remind, snooze_reminders
from drafts.actions.sharing import (
    HandingOverForbidden,
    NobodyToAsk,
    NotAColleague,
    ask_admins,
    note_opened,
    share_draft,
    unshare_draft,
)
from drafts.actions.splitting import NothingToSplit, split_draft
from drafts.actions.telling import reply_address, senders_to_tell, tell_sender, tell_together
from drafts.actions.together import complete_together, send_together
from drafts.actions.trying import (
    claim_attempt,
    claim_new,
    drafts_to_judge,
    give_attempt_back,
    try_again,
)

__all__ = [
    "HandingOverForbidden",
    "NobodyToAsk",
    "NotAColleague",
    "NothingToSplit",
    "NothingToUndo",
    "SendingForbidden",
    "Unfinished",
    "announce_sent",
    "answer_help",
    "ask_admins",
    "claim_attempt",
    "claim_new",
    "complete_recipients",
    "complete_together",
    "correct_address",
    "discard_draft",
    "drafts_to_expire",
    "drafts_to_judge",
    "erase_recipient",
    "expire_draft",
    "forget_answers",
    "forget_choices",
    "forget_recipients",
    "give_attempt_back",
    "hold_mail",
    "hold_mails",
    "judge_changes",
    "judge_new",
    "judge_new_together",
    "judge_policies",
    "note_opened",
    "release_due",
    "remind_sender",
    "remove_recipient",
    "reply_address",
    "restore_draft",
    "send_draft",
    "send_once_more",
    "send_together",
    "senders_to_announce",
    "senders_to_remind",
    "senders_to_tell",
    "share_draft",
    "snooze_reminders",
    "split_draft",
    "tell_sender",
    "tell_together",
    "try_again",
    "undo_send",
    "unshare_draft",
]
