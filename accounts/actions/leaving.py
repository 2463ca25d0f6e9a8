"""Taking an account away: what refers to it stays, and nobody signs in with it again."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db.models import Q
from django.utils import timezone

from accounts.models import Delegation, SignInSession, User


def take_away(user: User) -> None:
    """Take away address, ways to sign in, aliases and delegates; the name stays."""
    user.name = user.display_name
    user.email = f"{user.uid}@removed.invalid"
    user.is_active = user.is_editor = user.is_policy_admin = user.is_auditor = False
    user.removed_at = timezone.now()
    user.set_unusable_password()
    user.save()
    user.aliases.all().delete()
    Delegation.objects.filter(Q(owner=user) | Q(delegate=user)).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    SignInSession.objects.filter(user=user).delete()
