"""The original mail of a draft."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.access import user_of
from intake import access, actions
from vault.sealing import opened


@require_GET
@login_required
@never_cache
def draft_raw(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Hand the mail as it came in to its sender; it holds the header block and Bcc."""
    user = user_of(request)
    mail = access.raw_mail_for(user, pk)
    pieces = opened(mail.read())
    actions.note_download(mail, user)
    return StreamingHttpResponse(
        pieces,
        content_type="message/rfc822",
        headers={"Content-Disposition": f'attachment; filename="mail-{pk}.eml"'},
    )
