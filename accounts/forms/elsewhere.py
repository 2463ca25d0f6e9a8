"""The form for an organization's own identity provider."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.actions import ProviderSettings, ProviderSilent, require_provider
from accounts.forms.fields import LineField
from accounts.models import Domain, IdentityProvider


class IdentityProviderForm(forms.Form):
    """Where the people of a domain sign in (OpenID Connect)."""

    name = LineField(
        label=_("Name"), max_length=40, help_text=_("What your people call it, say Microsoft 365.")
    )
    server_url = forms.URLField(
        label=_("Address of the identity provider"),
        assume_scheme="https",
        help_text=_("The issuer, as it says itself: https://login.example.org/tenant"),
    )
    client_id = forms.CharField(label=_("Client ID"), max_length=190)
    secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    accepts_unchecked = forms.BooleanField(
        label=_("Accept email addresses that the provider says nothing about"),
        required=False,
        help_text=_(
            "For providers that do not report whether an address was verified, such as Microsoft "
            "Entra ID. Only safe if people cannot change their own email address there. Addresses "
            "reported as not verified are always refused."
        ),
    )
    only = forms.BooleanField(
        label=_("People sign in only there"),
        required=False,
        help_text=_(
            "First save without this, and sign in this way once yourself. Passwords, codes by "
            "email and passkeys then no longer work on these pages. Mail programs still use a "
            "password."
        ),
    )

    def __init__(self, domain: Domain, data: QueryDict | None = None) -> None:
        self.row = IdentityProvider.objects.filter(domain=domain).first()
        fields = ("name", "server_url", "client_id", "accepts_unchecked", "only")
        initial = {name: getattr(self.row, name) for name in fields} if self.row else {}
        super().__init__(data, initial=initial)
        self.uid: uuid.UUID = IdentityProvider.uid_for(domain)
        if self.row is not None and self.row.secret:
            self.fields["secret"].help_text = _("Leave this empty to keep the one you have.")

    def clean_server_url(self) -> str:
        """Take an address that is safe and answers as an identity provider does."""
        url = str(self.cleaned_data["server_url"])
        if not url.startswith("https://") and not settings.DEMO:
            raise forms.ValidationError(_("The address must begin with https://."))
        try:
            self.issuer = require_provider(url)
        except ProviderSilent as error:
            text = _("There is no identity provider that answers at this address.")
            raise forms.ValidationError(text) from error
        return url

    def wanted(self) -> ProviderSettings:
        """Return what was filled in."""
        values: dict[str, Any] = self.cleaned_data
        return ProviderSettings(**values, issuer=self.issuer)

    def refuse_only(self) -> None:
        """Say that nobody has come in that way yet."""
        text = _("First sign in this way once: save without this option, sign in, then turn it on.")
        self.add_error("only", text)
