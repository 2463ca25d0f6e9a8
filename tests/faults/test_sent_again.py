"""A mail is sent again, its first link is clicked late, and processes die in between."""

import pytest

from tests.faults.conftest import Look
from tests.faults.finishing import NUMBER, SEND, finishing
from tests.faults.fleet import Fleet
from tests.faults.killing import Killed
from tests.faults.mails import ANNA, Client, Handed, incomplete_mails
from tests.faults.rows import let_time_pass, states_of_drafts
from tests.product import Person, Product, link_in, wait_for

pytestmark = pytest.mark.slow


def opened(product: Product, one: Handed) -> tuple[Person, str]:
    """Open the link of a mail that is held; return whose page it is, and where its Send goes."""
    anna = product.person()
    link = link_in(product.wait_for_mail(ANNA, one.subject), "finish", one.subject)
    anna.post(anna.open(link).url, login=ANNA, password="demo")
    form = SEND.search(anna.page)
    assert form, anna.page
    return anna, form.group(1)


def came_in_again(product: Product, one: Handed, killed: Killed) -> bool:
    """Tell whether the copy has taken the place of the first one; dead workers hold nothing."""
    let_time_pass(product, killed.at)
    return states_of_drafts(product)[one.recipients[0]] == ["superseded", "waiting"]


def send_again(product: Product, one: Handed) -> None:
    """Hand in the same mail once more."""
    one.accepted.clear()
    one.in_doubt += 1  # it is stored twice, and both know of it
    Client(product).hand_in(one)


def kill(fleet: Fleet, killed: Killed, *names: str) -> None:
    """Kill one of each of these processes."""
    for name in names:
        fleet.kill(name)
        killed.note(name, fleet)


def test_a_resend_a_late_click_and_a_kill_give_each_recipient_one_copy(
    fleet: Fleet, wrong: Look
) -> None:
    again, beside = incomplete_mails("again", 2, finished=True)
    _ = [Client(fleet).hand_in(one) for one in (again, beside)]  # type: ignore[func-returns-value]
    anna, send = opened(fleet, again)
    killed = Killed()

    send_again(fleet, again)
    kill(fleet, killed, "worker")
    wait_for("the copy in its place", lambda: came_in_again(fleet, again, killed))
    late = anna.post(send, **{anna.field_of(again.recipients[0]): NUMBER})
    with finishing(fleet, [again, beside]):
        kill(fleet, killed, "worker", "web")

    assert late.ok
    assert wrong("sent again, late click, killed", [again, beside], killed) == []
