"""`manage.py smtpd`: the process that takes mail in."""

import asyncio
import logging
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.access import demo_problem
from intake.smtpd import BadCertificate, Server, new_loop, settings_config

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Serves until it gets SIGTERM or SIGINT; then it finishes the mails that are coming in."""

    help = "Takes mail in over SMTP on ZIVWEB_BIND and ZIVWEB_SMTP_PORT."

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve. A port or certificate that cannot be used ends the command with one line."""
        problem = demo_problem()
        if problem:
            raise CommandError(f"ZIVWEB_DEMO {problem}")
        try:
            server = Server(settings_config())
        except BadCertificate as error:
            raise CommandError(
                f"ZIVWEB_TLS_CERT or ZIVWEB_TLS_KEY cannot be used: {error}"
            ) from error
        try:
            with asyncio.Runner(loop_factory=new_loop) as runner:
                runner.run(serve(server))
        except OSError as error:
            raise CommandError(
                f"Cannot listen on port {settings.SMTP_PORT} of {settings.BIND}"
                f" ({error.strerror}): set ZIVWEB_SMTP_PORT or ZIVWEB_BIND"
            ) from error


async def serve(server: Server) -> None:
    """Serve until a signal comes."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    port = await server.start(settings.BIND, settings.SMTP_PORT)
    log.info("takes mail on port %s", port)
    await ended.wait()
    await server.stop()
    log.info("stopped")
