"""People who left: what is kept of them, and for how long."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.leaving import take_away
from accounts.actions.people import LastAdmin
from accounts.models import Organization, Role, User
from flow.forgetting import HISTORY, first_ids


def forget_people() -> int:
    """Forget the names of some people who were removed long ago; return how many."""
    gone = User.objects.filter(removed_at__lt=timezone.now() - HISTORY)
    ids = first_ids(gone.exclude(name="", nick_name="", external_id=""))
    return User.objects.filter(pk__in=ids).update(name="", nick_name="", external_id="")


@transaction.atomic
def erase_person(user: User) -> None:
    """Take an account away, and the name with it. Raises LastAdmin."""
    organization = Organization.objects.select_for_update(no_key=True).get(pk=user.organization_id)
    admins = User.objects.holding(Role.POLICY_ADMIN, organization.pk)
    had_admin = admins.exists()
    take_away(user)
    user.name = user.nick_name = user.external_id = ""
    user.save(update_fields=["name", "nick_name", "external_id"])
    if had_admin and not admins.exists():
        raise LastAdmin
    audit.note("remove_account", user, None)
