"""Getting help with a draft, its timeline, the radar, and what the help page is told."""

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEntry, Organization, User
from accounts.policy import Policy
from contacts.models import Contact
from drafts import actions, states
from drafts.actions.telling import finish_link
from drafts.incoming import Choice
from drafts.models import Draft, HelpAnswer
from drafts.tasks import judge_changed
from drafts.templatetags.life import timeline_of
from notifications import actions as notifying
from notifications.access import caught_letters
from notifications.models import Notification
from tests import make
from tests.delivery.messages import receiver

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    """Return a browser in which this person is signed in."""
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return browser


def page(user: User, path: str) -> str:
    return signed_in(user).get(path, follow=True).content.decode()


def link(draft: Draft) -> str:
    return finish_link(draft).removeprefix("http://localhost:8000")


@pytest.fixture
def draft(db: None) -> Draft:
    """Return a draft that waits for jan."""
    return make.draft(make.user(), "jan@example.nl")


@pytest.fixture
def colleague(draft: Draft) -> User:
    """Return somebody of the same organization."""
    return make.user(draft.organization)


@pytest.fixture
def admin(draft: Draft) -> User:
    """Return the admin of the same organization."""
    return make.user(draft.organization, role=User.Role.ADMIN)


def text_of_newest(kind: str) -> str:
    notifying.send_due()
    return next(letter.mail.text for letter in caught_letters() if letter.kind == kind)


def test_a_colleague_to_whom_a_draft_is_handed_sends_it(draft: Draft, colleague: User) -> None:
    browser = signed_in(draft.sender)
    browser.post(f"/drafts/{draft.pk}/share/", {"colleague": colleague.email})

    pk = draft.recipients.get().pk
    signed_in(colleague).post(f"/drafts/{draft.pk}/send/", {f"r{pk}-phone": "0636363636"})

    draft.refresh_from_db()
    assert (draft.state, draft.sent_by) == (states.SENDING, colleague)


def test_a_colleague_sees_nothing_before_and_after(draft: Draft, colleague: User) -> None:
    browser, path = signed_in(colleague), f"/drafts/{draft.pk}/"
    before = browser.get(path).status_code
    actions.share_draft(draft, colleague.email, actor=draft.sender)
    between = browser.get(path).status_code
    actions.unshare_draft(draft, actor=draft.sender)

    assert (before, between, browser.get(path).status_code) == (404, 200, 404)


def test_the_link_in_the_mail_opens_the_draft_for_the_colleague(
    draft: Draft, colleague: User
) -> None:
    actions.share_draft(draft, colleague.email, actor=draft.sender)

    assert finish_link(draft) in text_of_newest("shared")
    assert "This is an email of" in page(colleague, link(draft))


def test_a_policy_without_handing_over_ends_it(draft: Draft, colleague: User) -> None:
    actions.share_draft(draft, colleague.email, actor=draft.sender)

    place = draft.organization
    place.policy_data = Policy(hand_over=False).to_json()
    place.save()

    with pytest.raises(actions.HandingOverForbidden):
        actions.share_draft(Draft.objects.get(), colleague.email, actor=draft.sender)
    assert signed_in(colleague).get(f"/drafts/{draft.pk}/").status_code == 404
    assert "Let a colleague finish it" not in page(draft.sender, f"/drafts/{draft.pk}/")


def test_a_draft_is_not_handed_to_a_stranger(draft: Draft) -> None:
    with pytest.raises(actions.NotAColleague):
        actions.share_draft(draft, make.user().email, actor=draft.sender)


def test_a_colleague_cannot_hand_it_on(draft: Draft, colleague: User) -> None:
    actions.share_draft(draft, colleague.email, actor=draft.sender)

    answer = signed_in(colleague).post(f"/drafts/{draft.pk}/share/", {"stop": "1"})

    assert answer.status_code == 404


def test_an_admin_who_is_asked_gets_addresses_and_no_content(draft: Draft, admin: User) -> None:
    signed_in(draft.sender).post(f"/drafts/{draft.pk}/ask/")

    text = text_of_newest("ask_admin")
    asked = ["/contacts/organization/new/?address=jan%40example.nl" in text, "Test results" in text]
    assert asked == [True, False]


def test_what_the_asked_admin_saves_completes_the_draft(draft: Draft, admin: User) -> None:
    browser = signed_in(admin)
    form = {"address": "jan@example.nl", "phone": "0636363636", "name": "", "hint": "", "code": ""}

    browser.post("/contacts/organization/new/?address=jan%40example.nl", form)
    judge_changed()

    draft.refresh_from_db()
    assert (Contact.objects.count(), draft.state) == (1, states.READY)


def test_an_admin_is_asked_once_a_day(draft: Draft, admin: User) -> None:
    _ = [actions.ask_admins(draft, actor=draft.sender) for _ in range(3)]

    assert Notification.objects.filter(kind="ask_admin").count() == 1
    assert AuditEntry.objects.filter(verb="ask_admins").count() == 1


def test_an_organization_without_admin_says_whom_to_ask(draft: Draft) -> None:
    answer = signed_in(draft.sender).post(f"/drafts/{draft.pk}/ask/", follow=True)

    assert "Ask your IT support" in answer.content.decode()


def test_the_page_and_the_help_page_name_who_can_help(draft: Draft) -> None:
    Organization.objects.update(support_email="desk@zorg.example")

    shown = [page(draft.sender, where) for where in (link(draft), "/help/")]

    assert ["mailto:desk@zorg.example" in each for each in shown] == [True, True]


def test_two_people_see_that_the_other_has_the_draft_open(draft: Draft, colleague: User) -> None:
    actions.share_draft(draft, colleague.email, actor=draft.sender)

    signed_in(colleague).post(f"/drafts/{draft.pk}/opened/")

    shown = f"{colleague.display_name} has this email open too"
    assert shown in page(draft.sender, f"/drafts/{draft.pk}/")


def test_looking_at_a_draft_changes_nothing(draft: Draft) -> None:
    before = AuditEntry.objects.count()

    page(draft.sender, link(draft))

    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize("state", [states.EXPIRED, states.SUPERSEDED, states.DISCARDED])
def test_the_link_of_a_draft_that_ended_says_what_happened(draft: Draft, state: str) -> None:
    Draft.objects.update(state=state)

    shown = page(draft.sender, link(draft))

    assert ("What happened" in shown, "Your email came in" in shown) == (True, True)


def test_a_resend_shows_on_both_drafts(draft: Draft) -> None:
    newer = make.draft(draft.sender, "jan@example.nl")

    shown = page(draft.sender, link(newer)), page(draft.sender, link(draft))

    expected = "takes the place of the same one", f"/drafts/{newer.pk}/"
    assert [words in text for words, text in zip(expected, shown, strict=True)] == [True, True]


def test_nobody_is_told_that_a_copy_reached_nobody(draft: Draft) -> None:
    make.contact(draft.sender, "jan@example.nl", phone=make.NUMBER)
    judge_changed()
    actions.send_draft(draft, {}, actor=draft.sender)
    copy = make.draft(draft.sender, "jan@example.nl")

    mail, shown = text_of_newest("finish_sending"), page(draft.sender, link(copy))

    words = "a second time" in " ".join(mail.split()), "a second time" in shown
    assert (words, "Nobody has" in mail + shown) == ((True, True), False)


def test_a_copy_that_went_out_too_is_not_called_held(draft: Draft) -> None:
    make.contact(draft.sender, "jan@example.nl", phone=make.NUMBER)
    judge_changed()
    first = make.draft(draft.sender, "jan@example.nl", text="Another one.")
    copy = make.draft(draft.sender, "jan@example.nl", text="Another one.")
    actions.send_draft(copy, {}, accepted=states.DUPLICATE, actor=copy.sender)
    Draft.objects.update(send_at=copy.created_at)
    actions.release_due()
    first.refresh_from_db()

    shown = page(first.sender, f"/messages/{first.message_id}/")

    assert ("came in again." in shown, "We hold that copy" in shown) == (True, False)


def test_the_sent_email_shows_the_copy_that_is_held(draft: Draft) -> None:
    pk = draft.recipients.get().pk
    actions.send_draft(draft, {pk: Choice("sms", make.NUMBER)}, actor=draft.sender)
    Draft.objects.update(send_at=draft.created_at)
    actions.release_due()

    copy = make.draft(draft.sender, "jan@example.nl")

    shown = page(draft.sender, link(draft))
    assert (copy.problem, f"/drafts/{copy.pk}/" in shown) == ("duplicate", True)


def test_the_admin_sees_what_holds_mails(draft: Draft, admin: User) -> None:
    shown = page(admin, "/radar/")

    told = ["1 email of your colleagues waits" in shown, "jan@example.nl" in shown, "<svg" in shown]
    assert (told, "Test results" in shown) == ([True, True, True], False)


def test_the_admin_sees_what_happened_without_names(draft: Draft, admin: User) -> None:
    shown = page(admin, f"/radar/drafts/{draft.pk}/")

    assert ("Your email came in" in shown, "jan@example.nl" in shown) == (True, False)


@pytest.mark.parametrize("path", ["/radar/", "/help/answers/", "/radar/drafts/1/"])
def test_a_sender_has_no_radar(draft: Draft, path: str) -> None:
    assert signed_in(draft.sender).get(path).status_code == 404


def test_the_radar_of_another_organization_shows_nothing(draft: Draft) -> None:
    stranger = make.user(role=User.Role.ADMIN)

    assert signed_in(stranger).get(f"/radar/drafts/{draft.pk}/").status_code == 404
    assert "jan@example.nl" not in page(stranger, "/radar/")


def test_a_dry_run_says_what_would_be_used_and_why(draft: Draft, admin: User) -> None:
    make.contact(draft.sender, phone=make.NUMBER)

    shown = page(admin, f"/radar/?sender={draft.sender.email}&recipient=jan@example.nl")

    told = ["would go out at once: Code by SMS" in shown, "this is used" in shown]
    assert (told, make.NUMBER in shown) == ([True, True], False)


def test_a_dry_run_sends_nothing(draft: Draft, admin: User) -> None:
    before = Notification.objects.count()

    page(admin, f"/radar/?sender={draft.sender.email}&recipient=els@example.nl")

    assert (Notification.objects.count(), Draft.objects.count()) == (before, 1)


def test_the_admin_reads_whether_the_help_page_helped(draft: Draft, admin: User) -> None:
    answer = {"helpful": "no", "words": "Where is the button?"}
    signed_in(draft.sender).post("/help/answer/", answer)

    assert HelpAnswer.objects.get().helpful is False
    assert "Where is the button?" in page(admin, "/help/answers/")


def told_of_sms(verb: str) -> list[str]:
    """Return the timeline of a message, after this happened to the SMS to its recipient."""
    recipient = receiver()
    audit.record(
        verb, str(recipient), organization_id=recipient.message.organization_id,
        channel="sms", kind="code",
    )  # fmt: skip
    return [moment.words for moment in timeline_of(None, recipient.message)]


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("notification_sent", "The SMS to Jan Jansen is on its way"),
        ("notification_delivered", "The carrier delivered the SMS to Jan Jansen"),
        ("notification_returned", "The carrier could not deliver the SMS to Jan Jansen"),
        ("notification_failed", "The SMS to Jan Jansen could not be handed over"),
    ],
)
def test_the_timeline_tells_what_became_of_an_sms(verb: str, words: str) -> None:
    assert words in told_of_sms(verb)


def test_the_admin_is_not_told_to_whom_the_sms_went() -> None:
    recipient = receiver()
    audit.record(
        "notification_delivered", str(recipient),
        organization_id=recipient.message.organization_id, channel="sms",
    )  # fmt: skip

    told = [moment.words for moment in timeline_of(None, recipient.message, named=False)]

    assert "The carrier delivered the SMS to A recipient" in told
