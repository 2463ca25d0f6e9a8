"""What people say of the help page."""

from accounts.models import User
from drafts.models import HelpAnswer

MAX_WORDS = 1000


def answer_help(user: User, *, helpful: bool, words: str) -> HelpAnswer:
    """Keep whether the help page helped; the words are cut at MAX_WORDS characters."""
    return HelpAnswer.objects.create(
        organization_id=user.organization_id,
        user=user,
        helpful=helpful,
        words=words.strip()[:MAX_WORDS],
    )
