import pytest

from rumorscan.text.scripts import mixes_scripts


@pytest.mark.parametrize(
    ("text", "mixed"),
    [
        ("減肥茶喝了一個月，不节食不运动", True),
        ("減肥茶喝了一個月，不節食不運動", False),
        ("减肥茶喝了一个月，不节食不运动", False),
        ("我們的后台在里面，一万個人看", False),
        ("只有两個繁體字的简体文", True),
        ("只有一個繁体字的简体文", False),
        ("国产車很好", False),
        ("", False),
        ("hello 123 😀", False),
    ],
)
def test_two_traditional_characters_beside_a_simplified_one_are_mixed(
    text: str, mixed: bool
) -> None:
    assert mixes_scripts(text) is mixed
