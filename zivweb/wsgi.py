"""The WSGI application that `serve` hands to granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zivweb.settings")

application = get_wsgi_application()
