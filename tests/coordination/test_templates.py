from hypothesis import given
from hypothesis import strategies as st

from rumorscan.coordination.templates import SLOT, find_template

WORDING = "城东水厂停水三天，大家快囤水"


@given(st.lists(st.text(alphabet="停水三天！囤", min_size=1, max_size=20), min_size=1, max_size=5))
def test_every_fixed_run_of_a_template_stands_in_its_first_variant(variants: list[str]) -> None:
    for run in find_template(variants).split(SLOT):
        assert run in variants[0]


@given(st.lists(st.sampled_from("一二三四五六"), min_size=2, max_size=6, unique=True))
def test_what_varies_becomes_a_slot(numbers: list[str]) -> None:
    variants = [f"城东水厂停水{number}天，大家快囤水" for number in numbers]
    assert find_template(variants) == f"城东水厂停水{SLOT}天，大家快囤水"


def test_evasions_are_no_slots() -> None:
    assert find_template([WORDING, "城東水廠停水\u200b三.天，大-家快*囤水"]) == WORDING


def test_an_unlike_variant_does_not_empty_the_template() -> None:
    assert find_template([WORDING, "今天天气很好", WORDING]) == WORDING


def test_no_text_has_no_template() -> None:
    assert find_template([]) == ""
