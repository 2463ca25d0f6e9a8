"""What a person typed in forms that came too late: to send once more, to copy, to throw away."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.access import user_of
from accounts.posted import KEY, HandedBack, typed_fields
from accounts.unsent import forget, kept_for, person


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unsent(request: HttpRequest) -> HttpResponse:
    """Show what was typed, or throw one of the forms away."""
    owner = person(user_of(request).pk)
    if request.method == "POST":
        forget(request.session, owner, request.POST.get("throw_away", ""))
    forms = kept_for(request.session, owner, timezone.now())
    if not forms:
        return redirect("/")
    shown = [HandedBack(form, typed_fields(form)) for form in forms]
    return render(request, "unsent.html", {"forms": shown, "key_field": KEY})
