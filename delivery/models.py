"""Messages as recipients open them."""

import hashlib
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import LANGUAGES, Organization, User
from addresses.mail import show_address
from contacts.models import Datum
from delivery import states
from delivery.content import (
    Content,
    ReplyContent,
    Secret,
    read_content,
    read_reply,
    read_secret,
)
from delivery.sanitizer import Shown, read_shown
from notifications.models import Notification
from vault.models import Blob, SealedRow
from vault.tokens import link_token


class Message(SealedRow):
    """A released mail. `content` is sealed JSON (content.py).

    `shown` is its HTML as pages show it (sanitizer.py), made safe once and sealed; empty when it
    has none, and in rows of before there was this column.

    The content is destroyed at `destroy_at`: when it expires, or a while after it was withdrawn
    from everybody. From `ended_at` on it is gone, and only what happened is kept.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    sender = models.ForeignKey(User, models.PROTECT, related_name="+")
    content = models.BinaryField(editable=False)
    shown = models.BinaryField(default=b"", db_default=b"", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    destroy_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["sender", "-id"], name="delivery_sent_by"),
            models.Index(fields=["destroy_at"], condition=Q(ended_at=None), name="delivery_to_end"),
        ]

    def __str__(self) -> str:
        return f"message:{self.pk}"

    def seal_content(self, content: Content) -> None:
        """Put in this row what the message says."""
        self.content = self.seal("content", content.to_bytes())

    def open_content(self) -> Content:
        """Return what the message says. Raises VaultError."""
        return read_content(self.unseal("content", bytes(self.content)))

    def seal_shown(self, shown: Shown) -> None:
        """Put in this row what pages show of its HTML."""
        self.shown = self.seal("shown", shown.to_bytes())

    def open_shown(self) -> Shown | None:
        """Return what pages show of its HTML, None where it is not kept. Raises VaultError."""
        return read_shown(self.unseal("shown", bytes(self.shown))) if self.shown else None


class FileOfMail(models.Model):
    """A file of a mail, held or sent. Its name is sealed in that row, its bytes are a blob.

    `content_id` is what the HTML calls it by; `inline`: the HTML shows it in its place.
    """

    position = models.PositiveSmallIntegerField()
    name = models.BinaryField(editable=False)
    content_type = models.CharField(max_length=100)
    content_id = models.CharField(max_length=250, blank=True)
    inline = models.BooleanField(default=False)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        ordering = ["position"]


class MessageAttachment(FileOfMail):
    """A file of a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")

    def __str__(self) -> str:
        return f"message attachment:{self.pk}"

    def seal_name(self, name: str) -> None:
        """Put the file's name in this row; its message and position must be set."""
        self.name = self.message.seal(self._part(), name.encode(errors="replace"))

    def open_name(self) -> str:
        """Return the file's name. Raises VaultError."""
        return self.message.unseal(self._part(), bytes(self.name)).decode()

    def _part(self) -> str:
        return f"attachment:{self.position}"


class Tries(models.Model):
    """The wrong tries in a row, over all sessions, and the locks that they led to."""

    counters: ClassVar[tuple[str, ...]] = ("failures", "locks", "locked_until")
    failures = models.PositiveSmallIntegerField(default=0)
    locks = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class MessageRecipient(Tries):
    """A person who may open the message, how they are verified, and how far they are.

    `secret` is sealed JSON in the message: the mobile number, or access code and hint.
    Wrong codes by SMS are counted here, wrong access codes in CodeTries.
    `stopped_at` is when the mail bounced, or the way to this person was closed; `mails` counts
    the mails with the link; `language_chosen`: the recipient chose it, for later messages too.
    """

    class State(models.TextChoices):
        """How far this recipient is."""

        QUEUED = states.QUEUED
        NOTIFIED = states.NOTIFIED
        VERIFIED = states.VERIFIED
        READ = states.READ
        BOUNCED = states.BOUNCED
        SUSPENDED = states.SUSPENDED
        REVOKED = states.REVOKED
        EXPIRED = states.EXPIRED

    message = models.ForeignKey(Message, models.CASCADE, related_name="recipients")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=3)
    language = models.CharField(max_length=2, choices=LANGUAGES)
    language_chosen = models.BooleanField(default=False)
    mails = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    token_hash = models.CharField(max_length=64, unique=True)
    method = models.CharField(max_length=12)
    source = models.CharField(max_length=60)
    secret = models.BinaryField(editable=False)
    datum = models.ForeignKey(Datum, models.SET_NULL, null=True, blank=True, related_name="+")
    notification = models.ForeignKey(
        Notification, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    notified_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "address"], name="delivery_one_per_message_and_address"
            )
        ]
        indexes = [
            models.Index(
                fields=["notification"], condition=Q(state=states.QUEUED), name="delivery_queued"
            ),
            models.Index(
                fields=["address"], condition=Q(language_chosen=True), name="delivery_language_of"
            ),
        ]

    def __str__(self) -> str:
        return f"message recipient:{self.pk}"

    @property
    def token(self) -> str:
        """The token in this recipient's own link."""
        return link_token(f"guest:{self.address}", self.message.uid, self.token_hash)

    @property
    def shown_address(self) -> str:
        """The address as a person reads it."""
        return show_address(self.address)

    @property
    def stamp(self) -> str:
        """A short name of the sealed secret: another one when the sender corrected it."""
        return hashlib.sha256(bytes(self.secret)).hexdigest()[:16]

    def seal_secret(self, secret: Secret) -> None:
        """Put in this row what verifies the recipient."""
        self.secret = self.message.seal(f"secret:{self.address}", secret.to_bytes())

    def open_secret(self) -> Secret:
        """Return what verifies the recipient. Raises VaultError."""
        opened = self.message.unseal(f"secret:{self.address}", bytes(self.secret))
        return read_secret(opened)


class Challenge(models.Model):
    """A one-time code that was sent by SMS.

    It is bound to the recipient and to the browser session that asked for it, by a keyed digest.
    `code` is sealed in the message, to send the same code again; it is emptied once used.
    """

    recipient = models.ForeignKey(MessageRecipient, models.CASCADE, related_name="challenges")
    session_digest = models.CharField(max_length=64)
    code_digest = models.CharField(max_length=64)
    code = models.BinaryField(default=b"", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    sends = models.PositiveSmallIntegerField(default=1)
    last_sent_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["recipient", "-id"], name="delivery_challenge_of")]

    def __str__(self) -> str:
        return f"challenge:{self.pk}"


class CodeTries(Tries):
    """Wrong tries of an access code: of all messages of an organization that it opens to a person.

    There is a row as long as there is a wrong try to count. `digest` is keyed, of organization,
    address and code; `wrong_codes` has keyed digests of what was typed instead: another spelling
    of one costs no try.
    """

    counters: ClassVar[tuple[str, ...]] = (*Tries.counters, "wrong_codes", "failed_at")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, unique=True)
    wrong_codes = models.TextField(blank=True, default="", editable=False)
    failed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["failed_at"], name="delivery_old_tries"),
            models.Index(fields=["address"], name="delivery_tries_of"),
        ]

    def __str__(self) -> str:
        return f"code tries:{self.pk}"


class Reply(SealedRow):
    """What a recipient answered on the page. `content` is sealed JSON (content.py).

    `to_all`: the recipients in To and Cc may read it too; the sender always may.
    """

    message = models.ForeignKey(Message, models.CASCADE, related_name="replies")
    recipient = models.ForeignKey(MessageRecipient, models.CASCADE, related_name="replies")
    to_all = models.BooleanField(default=False)
    content = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"reply:{self.pk}"

    def seal_content(self, content: ReplyContent) -> None:
        """Put in this row what the reply says."""
        self.content = self.seal("content", content.to_bytes())

    def open_content(self) -> ReplyContent:
        """Return what the reply says. Raises VaultError."""
        return read_reply(self.unseal("content", bytes(self.content)))


class ReplyAttachment(models.Model):
    """A file of a reply. Its name is sealed in the reply, its bytes are a blob."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField()
    name = models.BinaryField(editable=False)
    content_type = models.CharField(max_length=100)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return f"reply attachment:{self.pk}"

    def seal_name(self, name: str) -> None:
        """Put the file's name in this row; its reply and position must be set."""
        self.name = self.reply.seal(self._part(), name.encode(errors="replace"))

    def open_name(self) -> str:
        """Return the file's name. Raises VaultError."""
        return self.reply.unseal(self._part(), bytes(self.name)).decode()

    def _part(self) -> str:
        return f"attachment:{self.position}"


class Tally(models.Model):
    """How often something was done in an hour or a day that began at `since`.

    `subject` is a keyed digest of whose limit it is: a number, a network address, a country.
    """

    purpose = models.CharField(max_length=20)
    subject = models.CharField(max_length=64)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "subject", "since"], name="delivery_one_tally"
            )
        ]
        indexes = [models.Index(fields=["since"], name="delivery_old_tallies")]

    def __str__(self) -> str:
        return f"tally:{self.pk}"


class Device(models.Model):
    """A browser that a recipient trusts: it opens messages of one organization without a code.

    `secret_digest` is of the number or code that was proven on it: another one ends the trust.
    """

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    address = models.CharField(max_length=254)
    token_hash = models.CharField(max_length=64, unique=True)
    secret_digest = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "address"], name="delivery_devices_of")]

    def __str__(self) -> str:
        return f"device:{self.pk}"
