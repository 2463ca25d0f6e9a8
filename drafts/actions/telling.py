"""The mails about a draft that its sender gets."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts.context import support_of
from drafts.access import Judged, content_of, subject_of
from drafts.models import Draft
from drafts.wording import problem_sentences, reason_sentence
from notifications.actions import cancel_about, queue_mail
from notifications.letters import Mail
from vault.tokens import link_token

FINISH_SENDING, READY_TO_SEND, SENT_BY_ITSELF = "finish_sending", "ready_to_send", "sent_by_itself"


def finish_link(draft: Draft) -> str:
    """Return the address that opens this draft for its sender."""
    path = reverse("finish", args=[link_token("finish", draft.uid)])
    return f"{settings.BASE_URL}{path}"


def tell_incomplete(draft: Draft, judged: list[Judged]) -> None:
    """Tell the sender that nobody has received anything, and who needs something, and why."""
    policy = draft.organization.policy
    with translation.override(draft.sender.language):
        incomplete = [
            {**_person(item), "reason_text": reason_sentence(item.verdict, item.who, policy)}
            for item in judged
            if not item.complete
        ]
        problems = problem_sentences(draft.problem, content_of(draft).problems)
    context = {
        "incomplete": incomplete,
        "complete": [_person(item) for item in judged if item.complete],
        "problem_text": " ".join(problems),
        "web_sending": policy.web_sending,
    }
    _tell(draft, FINISH_SENDING, context)


def tell_complete(draft: Draft) -> None:
    """Tell the sender that everything is known now: one button sends it."""
    _tell(draft, READY_TO_SEND, {})


def tell_sent_by_itself(draft: Draft, recipients: int) -> None:
    """Tell the sender that the draft became complete, and went out."""
    _tell(draft, SENT_BY_ITSELF, {"recipient_count": recipients})


def stop_telling(draft: Draft) -> None:
    """Take back what was not mailed yet and is not true any more."""
    cancel_about(str(draft), FINISH_SENDING)
    cancel_about(str(draft), READY_TO_SEND)


def _tell(draft: Draft, kind: str, more: dict[str, Any]) -> None:
    organization, content = draft.organization, content_of(draft)
    keep = timedelta(days=organization.policy.keep_drafts_days)
    context = {
        "organization_name": organization.name,
        "sender_name": draft.sender.display_name,
        "subject": subject_of(draft),
        "link": finish_link(draft),
        "help_link": f"{settings.BASE_URL}{reverse('help')}",
        "contacts_link": f"{settings.BASE_URL}{reverse('contact_list')}",
        "support": support_of(organization),
        "expires_on": (draft.created_at + keep).date(),
        **more,
    }
    mail = Mail(
        kind=kind,
        to=draft.sender.email,
        to_name=draft.sender.name,
        language=draft.sender.language,
        context=context,
        from_name=organization.name,
        reply_to=organization.support_email,
        in_reply_to=content.message_id,
        references=tuple(filter(None, (*content.references, content.message_id))),
    )
    draft.told += 1
    draft.save(update_fields=["told"])
    queue_mail(
        mail, organization_id=organization.pk, about=str(draft), key=f"{draft}:{kind}:{draft.told}"
    )


def _person(item: Judged) -> dict[str, str]:
    return {"address": item.recipient.address, "name": item.recipient.name}
