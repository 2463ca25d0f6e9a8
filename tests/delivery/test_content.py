"""What is sealed in a message."""

from delivery.content import Content, Secret, read_content, read_secret

CONTENT = Content("Subject é", "half a pair: \ud83d and NUL: \x00", None, "Anna")
SECRET = Secret("+31636363636", "the bird")


def test_content_comes_back_as_it_was() -> None:
    assert read_content(CONTENT.to_bytes()) == CONTENT


def test_a_secret_comes_back_as_it_was() -> None:
    assert read_secret(SECRET.to_bytes()) == SECRET


def test_a_secret_is_not_shown_in_a_traceback() -> None:
    assert repr(SECRET) == "Secret()"
