"""The message of a draft, as its sender sees it: the HTML body in its frame, and the files."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.access import user_of
from delivery.render import attachment_response, body_response
from drafts import access
from vault.keys import VaultError


@login_required
@require_safe
def draft_body(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Return the sanitized HTML body, for the sandboxed frame."""
    draft = access.draft_for(user_of(request), pk)
    try:
        shown = access.shown_of(draft)
    except VaultError as error:
        raise Http404 from error
    return body_response(shown, draft.attachments.select_related("blob"))


@login_required
@require_safe
def draft_attachment(request: HttpRequest, pk: int, attachment_pk: int) -> HttpResponseBase:
    """Return a file of the draft."""
    draft = access.draft_for(user_of(request), pk)
    attachment = access.attachment_for(draft, attachment_pk)
    name = access.attachment_name(draft, attachment)
    return attachment_response(name, attachment.content_type, attachment.blob)
