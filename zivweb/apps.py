"""Makes the Celery application current in every process, as soon as the settings are read."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from zivweb.celery import app as celery_app
from zivweb.checks import warn_without_proxies

__all__ = ["ZivwebConfig", "celery_app"]


class ZivwebConfig(AppConfig):
    """The project as an app: it has management commands, and no models."""

    name = "zivweb"

    def ready(self) -> None:
        """Have the settings looked at when a command starts."""
        register(warn_without_proxies, Tags.security)
