"""Drafts: mails that are held until every recipient can be verified."""

from django.db import models
from django.db.models import Q

from accounts.models import Organization, User
from addresses.mail import show_address
from contacts.models import Datum
from delivery.models import FileOfMail, Message
from drafts import states
from notifications.models import Notification
from vault.models import SealedRow


class Draft(SealedRow):
    """A held mail.

    `subject` is sealed text, `content` sealed JSON (drafts/content.py), `shown` its HTML as pages
    show it, sealed too and empty when it has none. `problem` holds it although
    everybody may be complete: a header line that cannot be obeyed, or a possible duplicate.
    `fingerprint` is a blind index of all that a reader sees, to recognize a mail that is sent
    again; `message_id_index` only says which of these are parts that a mail server made of one.

    `attempts` counts the workers that began to judge it when it came in, and then the releases that
    failed; `mails_about` the mails that told of it, for their keys.

    What is to come has a time: `tell_at` (tell the sender that it is held), `remind_at`,
    `expires_at` (its content is destroyed); None when there is nothing to do. `notice` is the
    last mail that told of it, perhaps together with others. `shared_with` is a colleague who may
    finish it too; `opened_by` had it open at `opened_at`.
    """

    class State(models.TextChoices):
        """Where the draft is."""

        RECEIVED = states.RECEIVED
        WAITING = states.WAITING
        READY = states.READY
        SENDING = states.SENDING
        SENT = states.SENT
        DISCARDED = states.DISCARDED
        EXPIRED = states.EXPIRED
        SUPERSEDED = states.SUPERSEDED

    class Problem(models.TextChoices):
        """Why it is held beside its recipients."""

        NONE = ""
        BAD_HEADER = states.BAD_HEADER
        DUPLICATE = states.DUPLICATE

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    sender = models.ForeignKey(User, models.PROTECT, related_name="drafts")
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    problem = models.CharField(max_length=12, choices=Problem, default=Problem.NONE, blank=True)
    subject = models.BinaryField(editable=False)
    content = models.BinaryField(editable=False)
    shown = models.BinaryField(default=b"", db_default=b"", editable=False)
    message_id_index = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64)
    token_hash = models.CharField(max_length=64, unique=True)
    minimum = models.CharField(max_length=12, blank=True)
    keep_message_days = models.PositiveIntegerField()
    mails_about = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    send_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    tell_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    notice = models.ForeignKey(
        Notification, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    shared_with = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="shared_drafts"
    )
    opened_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="supersedes"
    )
    split_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="parts"
    )
    duplicate_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="duplicates"
    )
    message = models.OneToOneField(
        Message, models.PROTECT, null=True, blank=True, related_name="draft"
    )

    class Meta:
        indexes = [
            models.Index(fields=["sender", "state", "-id"], name="drafts_of_sender"),
            models.Index(fields=["sender", "fingerprint", "released_at"], name="drafts_same_mail"),
            models.Index(
                fields=["organization", "id"],
                condition=Q(state=states.RECEIVED),
                name="drafts_new_in_turns",
            ),
            models.Index(
                fields=["organization", "id"],
                condition=Q(state=states.SENDING),
                name="drafts_to_release_in_turns",
            ),
            models.Index(
                fields=["tell_at"], condition=Q(tell_at__isnull=False), name="drafts_to_tell"
            ),
            models.Index(
                fields=["remind_at"], condition=Q(remind_at__isnull=False), name="drafts_to_remind"
            ),
            models.Index(
                fields=["expires_at"],
                condition=Q(expires_at__isnull=False),
                name="drafts_to_expire",
            ),
            models.Index(
                fields=["organization", "id"],
                condition=Q(state__in=[states.WAITING, states.READY]),
                name="drafts_held_of_organization",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=states.SENT, message__isnull=False)
                | (~Q(state=states.SENT) & Q(message__isnull=True)),
                name="drafts_message_when_sent",
            )
        ]

    def __str__(self) -> str:
        return f"draft:{self.pk}"


class Recipient(models.Model):
    """A recipient of a draft, by the envelope, and how it was last judged.

    `typed` and `header` are sealed JSON in the draft: what the sender filled in, and what the
    mail's own header block said. `reason` is "" for a complete recipient.
    """

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="recipients")
    address = models.CharField(max_length=254)
    domain = models.CharField(max_length=253)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=3)
    position = models.PositiveSmallIntegerField()
    typed = models.BinaryField(default=b"", blank=True, editable=False)
    header = models.BinaryField(default=b"", blank=True, editable=False)
    reason = models.CharField(max_length=12, default=states.MISSING, blank=True)
    method = models.CharField(max_length=12, blank=True)
    source = models.CharField(max_length=60, blank=True)
    datum = models.ForeignKey(Datum, models.SET_NULL, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "address"], name="drafts_one_per_draft_and_address"
            )
        ]
        indexes = [
            models.Index(
                fields=["address", "draft"],
                condition=~Q(reason=""),
                name="drafts_waits_for_address",
            ),
            models.Index(
                fields=["domain", "draft"],
                condition=~Q(reason=""),
                name="drafts_waits_for_domain",
            ),
        ]

    def __str__(self) -> str:
        return f"recipient:{self.pk}"

    @property
    def shown_address(self) -> str:
        """The address as a person reads it."""
        return show_address(self.address)


class Attachment(FileOfMail):
    """A file of a draft."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="attachments")

    def __str__(self) -> str:
        return f"attachment:{self.pk}"


class PolicySeen(models.Model):
    """Under which policy the held drafts of an organization were last judged.

    `digest` is of the policy; while `cursor` is not None they are being judged again, and it is
    the id of the last one that was.
    """

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    cursor = models.BigIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return f"policy seen:{self.organization_id}"


class HelpAnswer(models.Model):
    """Whether the help page helped somebody, in their own words if they gave any."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    helpful = models.BooleanField()
    words = models.TextField(max_length=1000, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["organization", "-id"], name="drafts_help_answers")]

    def __str__(self) -> str:
        return f"help answer:{self.pk}"
