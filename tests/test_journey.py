"""The ways of the help page, from a mail client to a recipient who reads, over real sockets."""

import json
import re

import pytest

from tests.product import Person, Product, a_mail, disguises, link_in, wait_for

pytestmark = [pytest.mark.journey, pytest.mark.slow]

FINISH, READY = "Finish sending", "Anna de Vries"


def finish(product: Product, subject: str) -> Person:
    """Return anna at the draft that her notification links to."""
    mail = product.wait_for_mail("anna@zorg.example", subject)
    return product.person().sign_in("anna@zorg.example", link_in(mail, "finish", subject))


def fill_in_and_send(person: Person, **numbers: str) -> str:
    """Type numbers (by the recipients' local parts) and press Send; return what the page says."""
    draft = re.search(r'action="(/drafts/\d+/send/)"', person.page)
    assert draft
    typed = {person.field_of(f"{name}@"): number for name, number in numbers.items()}
    return person.post(draft.group(1), **typed).text


def read(product: Product, address: str, number: str) -> str:
    """Return the page that a recipient reads after a code by SMS, and what its frame holds."""
    link = link_in(product.relay.to(address)[-1], "m")
    guest = product.person()
    guest.open(link)
    guest.post(f"{link}code/")
    page = guest.post(f"{link}verify/", code=product.wait_for_sms(number)).text
    return page + guest.open(f"{link}body/").text


def wait_for_message(product: Product, address: str) -> None:
    """Wait until the mail with the link to the message has come."""
    product.wait_for_mail(address, READY)


def contact_link(person: Person, address: str) -> str:
    """Return where a contact is edited."""
    person.open(f"/contacts/?q={address}")
    found = re.search(r"/contacts/\d+/", person.page)
    assert found
    return found.group(0)


def test_link_and_fill_in(product: Product) -> None:
    people = ["jan@example.nl", "fatima@example.nl", "sophie@example.com", "piet@example.nl"]
    product.send(a_mail("way one", *people, "unknown@x1.example"), *people, "unknown@x1.example")
    anna = finish(product, "way one")
    before = [mail for each in people for mail in product.relay.to(each)]

    fill_in_and_send(anna, unknown="06 36 36 36 01")
    wait_for_message(product, "unknown@x1.example")
    wait_for("all of them", lambda: all(product.relay.to(each) for each in people))

    assert before == []
    assert [len(product.relay.to(each)) for each in people] == [1, 1, 1, 1]
    assert "The results." in read(product, "unknown@x1.example", "+31636363601")


def test_personal_address_book_and_resend(product: Product) -> None:
    product.send(a_mail("way two", "els@x2.example"), "els@x2.example")
    held = link_in(product.wait_for_mail("anna@zorg.example", "way two"), "finish")
    anna = product.person().sign_in("anna@zorg.example", "/contacts/new/")

    anna.post(anna.base + "/contacts/new/", address="els@x2.example", phone="06-36363602")
    wait_for("the news", lambda: product.relay.about("anna@zorg.example", "way two")[1:])
    product.send(a_mail("way two", "els@x2.example"), "els@x2.example")
    wait_for_message(product, "els@x2.example")

    assert "The results." in read(product, "els@x2.example", "+31636363602")
    assert len(product.relay.to("els@x2.example")) == 1
    assert "Deze e-mail kwam nog een keer binnen" in anna.open(held).text


def test_organization_address_book_by_the_admin_sends_it(product: Product) -> None:
    mail = a_mail("way three", "els@x3.example", sender="carla@gemeente.example")
    product.send(mail, "els@x3.example", login="carla@gemeente.example")
    product.wait_for_mail("carla@gemeente.example", "way three")
    admin = product.person().sign_in("admin@gemeente.example", "/contacts/organization/new/")

    admin.post(
        f"{admin.base}/contacts/organization/new/", address="els@x3.example", phone="0636363603"
    )
    product.wait_for_mail("els@x3.example", "Carla")

    assert "The results." in read(product, "els@x3.example", "+31636363603")
    assert len(product.relay.to("els@x3.example")) == 1


def test_a_resend_after_it_went_out_by_itself_doubles_nothing(product: Product) -> None:
    mail = a_mail("way three and a half", "els@x4.example", sender="carla@gemeente.example")
    product.send(mail, "els@x4.example", login="carla@gemeente.example")
    product.wait_for_mail("carla@gemeente.example", "three and a half")
    carla = product.person().sign_in("carla@gemeente.example", "/contacts/new/")
    carla.post(f"{carla.base}/contacts/new/", address="els@x4.example", phone="0636363604")
    product.wait_for_mail("els@x4.example", "Carla")

    product.send(mail, "els@x4.example", login="carla@gemeente.example")
    wait_for(
        "the second notification",
        lambda: [
            each
            for each in product.relay.to("carla@gemeente.example")
            if "three and a half" in str(each["Subject"])
        ][2:],
    )

    assert len(product.relay.to("els@x4.example")) == 1


def test_overwritten_data_that_was_put_right_by_hand(product: Product) -> None:
    anna = product.person().sign_in("anna@zorg.example", "/contacts/new/")
    anna.post(f"{anna.base}/contacts/new/", address="els@x5.example", phone="0636363699")
    link = contact_link(anna, "els@x5.example")
    anna.open(link)

    anna.post(f"{anna.base}{link}", address="els@x5.example", phone="06 36 36 36 05")
    product.send(a_mail("way four", "els@x5.example"), "els@x5.example")
    wait_for_message(product, "els@x5.example")

    assert "The results." in read(product, "els@x5.example", "+31636363605")


PLAIN = """<!--zivver_headers
zivver-access-right: jan@x6.example sms +31636363606
zivver-access-right: els@x6.example sms 0031636363607
zivver_headers-->

The results."""
HTML = """<html><body><div>&lt;!--zivver_headers<br>
zivver-access-right: <a href="mailto:jan@x7.example">jan@x7.example</a> sms +31636363608<br>
zivver-access-right: els@x7.example sms 0031636363609<br>
zivver_headers--&gt;</div><p>The results.</p></body></html>"""


def test_header_block_in_a_plain_text_mail(product: Product) -> None:
    people = ("jan@x6.example", "els@x6.example")
    product.send(a_mail("way five", *people, text=PLAIN), *people)
    wait_for_message(product, people[0])
    wait_for_message(product, people[1])

    page = read(product, "jan@x6.example", "+31636363606")

    assert ("The results." in page, "zivver" in page.split("<main")[1]) == (True, False)
    assert "The results." in read(product, "els@x6.example", "+31636363607")


def test_header_block_in_an_html_mail(product: Product) -> None:
    people = ("jan@x7.example", "els@x7.example")
    mail = a_mail("way six", *people)
    mail.set_content(HTML, subtype="html")
    product.send(mail, *people)
    wait_for_message(product, people[0])
    wait_for_message(product, people[1])

    assert "The results." in read(product, "jan@x7.example", "+31636363608")
    assert "The results." in read(product, "els@x7.example", "+31636363609")


def test_without_web_sending_the_draft_offers_none_and_refuses_it(product: Product) -> None:
    mail = a_mail("no web", "els@x8.example", sender="carla@gemeente.example")
    product.send(mail, "els@x8.example", login="carla@gemeente.example")
    notice = product.wait_for_mail("carla@gemeente.example", "no web")
    carla = product.person("nl").sign_in("carla@gemeente.example", link_in(notice, "finish"))
    page, draft = carla.page, re.search(r"/drafts/(\d+)/", carla.page)
    assert draft

    refused = carla.post(f"/drafts/{draft.group(1)}/send/")

    assert ('type="tel"' in page, refused.status_code) == (False, 403)
    assert product.relay.to("els@x8.example") == []


def test_nothing_of_a_message_is_readable_at_rest(product: Product) -> None:
    words = ["kwikstaart", "zilvermeeuw", "goudplevier", "wilgenlaan"]
    mail = a_mail("kwikstaart", "els@x9.example", text="zilvermeeuw")
    mail.add_attachment(b"goudplevier " * 50, "application", "pdf", filename="goudplevier.pdf")
    product.send(mail, "els@x9.example")
    anna = finish(product, "kwikstaart")
    draft = re.search(r"/drafts/\d+/send/", anna.page)
    assert draft
    anna.post(draft.group(0), **{anna.field_of("els@", "code"): "wilgenlaan 83"})
    wait_for_message(product, "els@x9.example")

    stored = product.at_rest()
    assert [form for word in words for form in disguises(word) if form in stored] == []


def test_no_log_line_tells_of_a_person_a_number_or_a_mail(product: Product) -> None:
    product.send(a_mail("zangvogel", "els@x10.example"), "els@x10.example")
    fill_in_and_send(finish(product, "zangvogel"), els="06 36 36 36 10")
    wait_for_message(product, "els@x10.example")
    read(product, "els@x10.example", "+31636363610")

    lines = [line for line in product.log.read_text().splitlines() if line.startswith("{")]

    assert {"smtp", "web"} & {json.loads(line)["process"] for line in lines}
    told = re.compile(
        r"@[\w-]+\.example|(?<![\w-])\d{8,}(?![\w-])|zangvogel|results|/finish/\w|/m/\w"
    )
    assert [line for line in lines if told.search(re.sub(r'"timestamp": "[^"]*"', "", line))] == []
