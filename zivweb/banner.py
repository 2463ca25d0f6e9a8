"""What `serve` prints once everything answers. Whoever reads it has never seen zivweb."""

import shlex
import sys
from pathlib import Path

from django.conf import settings

from accounts.demonstration import PASSWORD
from zivweb.demo import SENDERS

SENDER, RECIPIENT = "anna@zorg.example", "lotte@example.nl"
MAIL = (
    f"From: {SENDER}",
    f"To: {RECIPIENT}",
    "Subject: Hello from zivweb",
    "",
    "Dear Lotte, this is a first mail.",
)


def text() -> str:
    """Return the lines to print."""
    parts = [_addresses()]
    if settings.DEMO:
        parts += [_people(), _first_mail(), _mail_client()]
    parts.append("Stop with Ctrl-C. Start again with: make run")
    return "\n" + "\n\n".join(parts) + "\n"


def host() -> str:
    """Return the name by which programs on this machine reach what listens on ZIVWEB_BIND."""
    local = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
    return local.get(settings.BIND, settings.BIND)


def _addresses() -> str:
    lines = [
        "zivweb runs.",
        "",
        f"  Web           {settings.BASE_URL}/",
        f"  Mail (SMTP)   {host()} port {settings.SMTP_PORT}",
    ]
    if settings.DEMO:
        lines.append(f"  Demo mailbox  {settings.BASE_URL}/demo/mailbox/  (all its mail and SMS)")
    return "\n".join(lines)


def _people() -> str:
    lines = [f"Sign in with one of these addresses, password: {PASSWORD}"]
    for domain, people in SENDERS.items():
        emails = ", ".join(person.email for person in people)
        lines.append(f"  {domain:<16}  {emails}")
    return "\n".join(lines)


def _first_mail() -> str:
    return (
        "Send a first mail, from a second window in this folder:\n"
        f"  {_example_command()}\n"
        f"or\n  {curl_line()}"
    )


def _example_command() -> str:
    python = Path(sys.executable)
    if python.is_relative_to(settings.BASE_DIR):
        python = python.relative_to(settings.BASE_DIR)
    command = shlex.join([str(python), "manage.py", "send_example"])
    if settings.DATA_DIR != settings.BASE_DIR / "var":
        command = f"ZIVWEB_DATA_DIR={shlex.quote(str(settings.DATA_DIR))} {command}"
    return command


def curl_line() -> str:
    """Return a command that hands in a mail with one recipient who has no number yet."""
    mail = "".join(rf"{line}\r\n" for line in MAIL)
    name = f"[{host()}]" if ":" in host() else host()
    options = " --ssl-reqd --insecure" if settings.TLS_CERT else ""
    return (
        f"printf '{mail}' | curl -sS{options} --url smtp://{name}:{settings.SMTP_PORT}"
        f" --user {SENDER}:{PASSWORD} --mail-from {SENDER} --mail-rcpt {RECIPIENT} --upload-file -"
    )


def _mail_client() -> str:
    security = "STARTTLS" if settings.TLS_CERT else "none (no SSL/TLS)"
    return (
        "Or set up the outgoing server (SMTP) of a mail program:\n"
        f"  server {host()}, port {settings.SMTP_PORT}, connection security {security},\n"
        f"  user name {SENDER}, password {PASSWORD}"
    )
