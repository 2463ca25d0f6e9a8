"""What an import remembers of the addresses that it has seen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contacts.actions.staging import Seen
from tests.examples import EXAMPLES

# Few and near ones too, so that they meet in one place, and those that a hash can be.
NUMBERS = (
    st.integers(2, 2**63 - 1) | st.integers(-(2**63), -1) | st.integers(1, 8).map(lambda n: n << 10)
)


def found_and_known(pairs: list[tuple[int, int]]) -> list[tuple[int | None, int | None]]:
    """Add the pairs; return what each key had before, beside what a dict says of that."""
    seen, known = Seen(), dict[int, int]()
    results = []
    for key, value in pairs:
        results.append((seen.add(key, value), known.get(key)))
        known.setdefault(key, value)
    return results


@settings(max_examples=EXAMPLES)
@given(pairs=st.lists(st.tuples(NUMBERS, st.integers(0, 2**32 - 1)), max_size=60))
def test_the_first_value_of_a_number_is_kept(pairs: list[tuple[int, int]]) -> None:
    results = found_and_known(pairs)

    assert [found for found, _ in results] == [known for _, known in results]


def test_it_grows_with_what_it_holds() -> None:
    seen = Seen()

    new = [seen.add(hash(str(number)), number) for number in range(5000)]
    again = [seen.add(hash(str(number)), -1) for number in range(5000)]

    assert (set(new), again) == ({None}, list(range(5000)))
