"""The WSGI application that `serve` hands to granian."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from zivweb.shares import Shares

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zivweb.settings")

application = Shares(get_wsgi_application())
import_string("zivweb.starting.require_no_demo")()
