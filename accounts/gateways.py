"""The mails that an organization's pages send; Django's mail backend puts them in the outbox."""

from typing import Any

from django.core.mail import EmailMessage

from accounts.models import Organization


class Letter(EmailMessage):
    """A mail of the templates in templates/mail/<kind>/, to an address of anybody."""

    def __init__(
        self, kind: str, organization: Organization, to: str, language: str, **context: Any
    ) -> None:
        super().__init__(subject=kind, to=[to])
        self.kind, self.organization, self.language = kind, organization, language
        self.context = {"organization_name": organization.name, **context}
