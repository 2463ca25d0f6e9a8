"""Makes the Celery application current in every process, as soon as the settings are read."""

from django.apps import AppConfig

from zivweb.celery import app as celery_app

__all__ = ["ZivwebConfig", "celery_app"]


class ZivwebConfig(AppConfig):
    """The project as an app: it has management commands, and no models."""

    name = "zivweb"
