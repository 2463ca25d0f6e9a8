"""`manage.py create_organization DOMAIN ADMIN`: a tenant, its mail domain and its first admin."""

from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actions import AddressTaken, DomainTaken, ForeignDomain, open_organization
from accounts.models import LANGUAGES, Organization
from addresses.mail import AddressError

NEXT = """\
{organization}: {admin} is its first admin, and gets an invitation by mail.

DNS, once for this installation:
  {mail_domain}  MX   the machine whose port 25 leads to port {smtp_port} here (bounces)
  {mail_domain}  TXT  an SPF record that names the relay of EMAIL_URL, and its DKIM key
  {host}  A or AAAA  the proxy in front of the web port

Mail of {domain} comes in by one of these ways, or by both:
  people send by {host}, port {smtp_port}, STARTTLS, with their address and a password that they
  choose at {base_url}/account/security/
  the mail server of {domain} hands mail over, with a login or from a network that is
  trusted: {base_url}/organization/smtp/

manage.py doctor looks at all of it."""


class Command(BaseCommand):
    """The domain counts at once: an operator is believed, an admin proves a domain."""

    help = "Make an organization with a mail domain, and invite its first admin by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the domain, the address of the admin, and how they are called."""
        parser.add_argument("domain")
        parser.add_argument("admin", help="an address in that domain")
        parser.add_argument("--name", default="", help="of the organization; else the domain")
        parser.add_argument("--admin-name", default="", help="of the admin")
        parser.add_argument("--language", default="nl", choices=list(dict(LANGUAGES)))

    def handle(self, *, domain: str, admin: str, **options: Any) -> None:
        """Make it, and print what is left to do. What cannot be is one line."""
        try:
            organization = open_organization(
                domain,
                admin,
                name=options["name"],
                admin_name=options["admin_name"],
                language=options["language"],
            )
        except AddressError as error:
            raise CommandError(f"{error} is no domain or address that mail can go to") from error
        except DomainTaken as error:
            raise CommandError(f"an organization has {domain} already") from error
        except AddressTaken as error:
            raise CommandError(f"somebody has {admin} already") from error
        except ForeignDomain as error:
            raise CommandError(f"{admin} is not an address in {domain}") from error
        self.stdout.write(next_steps(organization))


def next_steps(organization: Organization) -> str:
    """Return what an operator does next."""
    return NEXT.format(
        organization=organization.name,
        domain=organization.domains.get().name,
        admin=organization.users.get().email,
        mail_domain=settings.MAIL_DOMAIN,
        host=urlsplit(settings.BASE_URL).hostname,
        smtp_port=settings.SMTP_PORT,
        base_url=settings.BASE_URL,
    )
