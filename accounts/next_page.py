"""The page that a request asks to go on to (`next`). Pure but for the request's own host."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def own_page(request: HttpRequest, target: str) -> str:
    """Return the target when it is a path of our own site, else "".

    What does not begin with a slash is no path: Django's `redirect` takes it for the name of a
    view, and fails when there is none.
    """
    hosts = {request.get_host()}
    is_path = target.startswith("/") and url_has_allowed_host_and_scheme(target, hosts)
    return target if is_path else ""
