"""Renders mails and SMS from the project's templates, in the reader's language."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import css_inline
from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from notifications.compose import Addressing, compose_mail, one_line
from notifications.letters import Mail, Parts, Sms, WireMail, WireSms
from vault.tokens import link_token

BOUNCE = "bounce"  # purpose of the token in the envelope sender

_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)
_NAMES = {"subject", "organization_name", "sender_name", "recipient_name"}


def render_mail(mail: Mail, uid: UUID) -> WireMail:
    """Return the mail of the notification with this uid, ready for the wire."""
    names = _in_one_line(mail.context, _NAMES)
    context = {**names, "language": mail.language, "base_url": settings.BASE_URL, "logo": mail.logo}
    folder = f"mail/{mail.kind}"
    with translation.override(mail.language):
        parts = Parts(
            subject=_text(f"{folder}/subject.txt", context),
            text=_text(f"{folder}/body.txt", context),
            html=_html(f"{folder}/body.html", context),
        )
    addressing = Addressing(uid, settings.MAIL_DOMAIN, link_token(BOUNCE, uid))
    return compose_mail(mail, parts, addressing)


def render_sms(sms: Sms) -> WireSms:
    """Return the SMS; its last line is `@host #code`, which phones fill in by themselves (WebOTP).

    No value of the context can begin a line of its own.
    """
    host = urlsplit(settings.BASE_URL).hostname or settings.MAIL_DOMAIN
    context = _in_one_line(sms.context, set(sms.context))
    with translation.override(sms.language):
        text = _text(f"sms/{sms.kind}.txt", {**context, "host": host})
    return WireSms(one_line(sms.to), text.strip())


def _in_one_line(context: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    """Return the context with these texts in one line, so that no name can add lines of its own."""
    return {
        name: one_line(value) if name in names and isinstance(value, str) else value
        for name, value in context.items()
    }


def _text(name: str, context: Mapping[str, Any]) -> str:
    template = Engine.get_default().get_template(name)
    return str(template.render(Context(dict(context), autoescape=False)))


def _html(name: str, context: Mapping[str, Any]) -> str:
    template = Engine.get_default().get_template(name)
    return _INLINER.inline(str(template.render(Context(dict(context)))))
