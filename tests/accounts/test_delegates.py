"""Delegates and shared mailboxes: several people finish the drafts of one address."""

import pytest
from django.test import Client

from accounts import actions
from accounts.models import AuditEntry, Role, User
from drafts.models import Draft
from notifications.models import Notification
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> User:
    return make.user(role=Role.ADMIN)


@pytest.fixture
def mailbox(admin: User) -> User:
    """Return the shared mailbox of a ward."""
    address = f"ward@{admin.organization.domains.get().name}"
    return actions.create_mailbox(
        admin.organization, address, name="Ward 4", language="nl", actor=admin
    )


def helper(owner: User, admin: User) -> User:
    """Return a colleague who may finish the drafts of this owner."""
    colleague = make.user(admin.organization)
    actions.add_delegate(owner, colleague.email, actor=admin)
    return User.objects.get(pk=colleague.pk)


def sees(user: User, draft: Draft) -> int:
    return make.signed_in(user).get(f"/drafts/{draft.pk}/").status_code


def test_a_delegate_finishes_the_draft_of_a_colleague(admin: User) -> None:
    owner = make.user(admin.organization)
    draft = make.draft(owner, "jan@example.nl")
    delegate = helper(owner, admin)
    recipient = draft.recipients.get()

    browser = make.signed_in(delegate)
    browser.post(f"/drafts/{draft.pk}/send/", {f"r{recipient.pk}-phone": make.NUMBER})

    draft.refresh_from_db()
    assert (draft.state, draft.sent_by) == ("sending", delegate)


def test_a_colleague_who_is_no_delegate_any_more_sees_nothing(admin: User) -> None:
    owner = make.user(admin.organization)
    draft = make.draft(owner)
    delegate = helper(owner, admin)
    assert sees(delegate, draft) == 200

    make.signed_in(owner).post("/delegates/", {"remove": str(delegate.pk)})

    assert sees(User.objects.get(pk=delegate.pk), draft) == 404


def test_a_sender_names_a_delegate_and_the_log_says_so() -> None:
    owner = make.user()
    colleague = make.user(owner.organization)

    make.signed_in(owner).post("/delegates/", {"delegate": colleague.email})

    row = AuditEntry.objects.get(verb="add_delegate")
    assert (row.actor, row.about, row.data) == (owner, str(owner), {"delegate": colleague.pk})


@pytest.mark.parametrize("role", [Role.EDITOR, Role.AUDITOR])
def test_nobody_who_may_not_send_becomes_a_delegate(role: Role) -> None:
    owner = make.user()
    other = make.user(owner.organization, role=role)

    answer = make.signed_in(owner).post("/delegates/", {"delegate": other.email})

    assert (answer.status_code, owner.delegations.count()) == (422, 0)


def test_nobody_of_another_organization_becomes_a_delegate() -> None:
    owner, stranger = make.user(), make.user()

    with pytest.raises(actions.NotAColleague):
        actions.add_delegate(owner, stranger.email, actor=owner)


def test_several_people_finish_the_draft_of_a_mailbox(admin: User, mailbox: User) -> None:
    draft = make.draft(mailbox)
    helpers = [helper(mailbox, admin), helper(mailbox, admin), make.user(admin.organization)]

    assert [sees(each, draft) for each in helpers] == [200, 200, 404]


def test_a_mailbox_gets_no_code_to_sign_in_with(mailbox: User) -> None:
    Client().post("/account/login/code/", {"email": mailbox.email})

    assert not Notification.objects.filter(kind="sign_in").exists()


def test_nobody_signs_in_as_a_mailbox_even_with_a_password(mailbox: User) -> None:
    mailbox.set_password(make.PASSWORD)
    mailbox.save()
    browser = Client()

    answer = browser.post("/account/login/", {"login": mailbox.email, "password": make.PASSWORD})

    assert (answer.headers["Location"], "_auth_user_id" in browser.session) == (
        "/account/inactive/",
        False,
    )


def test_nobody_hands_in_mail_with_the_login_of_a_mailbox(mailbox: User) -> None:
    mailbox.set_password(make.PASSWORD)
    mailbox.save()

    assert actions.check_login(mailbox.email, make.PASSWORD) is None


def test_a_person_who_may_not_send_any_more_finishes_nothing(admin: User) -> None:
    sender = make.user(admin.organization)
    draft = make.draft(sender)

    actions.change_person(sender, name="", language="en", roles=["auditor"], actor=admin)

    assert sees(User.objects.get(pk=sender.pk), draft) == 404
