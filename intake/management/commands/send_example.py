"""`manage.py send_example`: one believable mail through the demo's own SMTP server."""

import smtplib
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.demonstration import PASSWORD

SENDER: Final = "anna@zorg.example"
SECONDS: Final = 15
REFUSED: Final = 400
RECIPIENTS: Final = (
    ("Jan Jansen", "jan@example.nl"),
    ("Apotheek Centrum", "recept@apotheek.example"),
    ("Lotte Mulder", "lotte@example.nl"),
    ("Iris Vermeulen", "iris@example.nl"),
    ("Maria Peeters", "maria.peeters@example.be"),
)
SUBJECT: Final = "Uitslag van het bloedonderzoek en de vervolgafspraak"
TEXT: Final = """\
Beste allemaal,

De uitslag van het bloedonderzoek is binnen. De waarden zijn goed, op het ijzergehalte na: dat is
nog iets te laag. In de bijlage staat het hele overzicht.

Wij stellen voor om over zes weken opnieuw te prikken. Komt donderdag 14 januari om 10.30 uur uit?
Laat het ons weten als dat niet lukt.

Met vriendelijke groet,

Anna de Vries
Verpleegkundig specialist
"""
RESULTS: Final = """\
bepaling;waarde;eenheid
hemoglobine;8,1;mmol/l
ferritine;14;ug/l
vitamine B12;310;pmol/l
"""


class Command(BaseCommand):
    """Sends the mail to five recipients, some of whom no address book knows."""

    help = "Sends an example mail as anna@zorg.example to five recipients. Only in the demo."

    def add_arguments(self, parser: CommandParser) -> None:
        """Let somebody else be the sender, or choose the recipients."""
        parser.add_argument("--from", dest="sender", default=SENDER, help="a user of the demo")
        parser.add_argument("--to", nargs="+", metavar="ADDRESS", help="the recipients")

    def handle(self, *args: Any, **options: Any) -> None:
        """Send it and say where to look. Raises CommandError outside the demo."""
        if not settings.DEMO:
            raise CommandError("There is no example outside the demo: set ZIVWEB_DEMO=1.")
        people = [("", address) for address in options["to"] or ()] or list(RECIPIENTS)
        answer = send(options["sender"], people)
        self.stdout.write(f"{answer}\nLook at {settings.BASE_URL}/demo/mailbox/")


def send(sender: str, people: list[tuple[str, str]]) -> str:
    """Hand the mail in and return the server's answer. Raises CommandError."""
    port = int(settings.RUNTIME.get("smtp_port", settings.SMTP_PORT))
    try:
        with smtplib.SMTP(settings.BIND, port, timeout=SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
            server.login(sender, PASSWORD)
            _require_taken(*server.mail(sender))
            for _, address in people:
                _require_taken(*server.rcpt(address))
            return _require_taken(*server.data(example_mail(sender, people).as_bytes()))
    except (OSError, smtplib.SMTPException) as error:
        raise CommandError(f"Cannot hand in the mail on port {port}: {error}") from error


def example_mail(sender: str, people: list[tuple[str, str]]) -> EmailMessage:
    """Return the mail."""
    mail = EmailMessage()
    mail["From"] = f"Anna de Vries <{sender}>" if sender == SENDER else sender
    mail["To"] = ", ".join(f"{name} <{address}>" if name else address for name, address in people)
    mail["Subject"] = SUBJECT
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail.set_content(TEXT)
    mail.add_attachment(RESULTS.encode(), "text", "csv", filename="uitslag.csv")
    return mail


def _require_taken(code: int, answer: bytes) -> str:
    reply = f"{code} {answer.decode(errors='replace')}"
    if code >= REFUSED:
        raise CommandError(f"The server says: {reply}")
    return reply
