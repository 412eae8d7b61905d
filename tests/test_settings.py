import dataclasses
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rumorscan.errors import SettingsError
from rumorscan.settings import Settings, load_settings, settings_from_dict


def test_defaults_survive_their_own_dictionary() -> None:
    assert settings_from_dict(Settings().to_dict()) == Settings()


def test_a_file_is_laid_over_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('[groups]\nsimilarity = 0.8\n[reading]\nmap = {text = "正文"}\n', "utf-8")
    settings = load_settings(file)
    assert settings.groups.similarity == 0.8
    assert settings.reading.map == {"text": "正文"}
    assert settings.groups.bands == Settings().groups.bands


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"groups": {"similarty": 0.8}}, "unknown setting 'groups.similarty'.*'similarity'"),
        ({"group": {}}, "unknown setting 'group'.*'groups'"),
        ({"groups": 3}, "expected a table"),
        ({"groups": {"similarity": 1.5}}, r"expected in \(0, 1\]"),
        ({"groups": {"similarity": "0.8"}}, "expected float"),
        ({"groups": {"bands": 31}}, "divisor"),
        ({"groups": {"star_size": True}}, "expected int"),
        ({"groups": {"minimum_length": 2}}, "at least groups.shingle_length"),
        ({"reading": {"strict": 1}}, "expected bool"),
        ({"reading": {"map": {"text": 3}}}, "expected dict"),
        ({"campaigns": {"windows_seconds": [60, "x"]}}, "expected int"),
        ({"groups": {"seed": -1}}, "'groups.seed' is -1; expected 0 or more"),
        ({"groups": {"permutations": 0}}, "'groups.permutations' is 0; expected 1 or more"),
        ({"groups": {"permutations": -32}}, "'groups.permutations'.*1 or more"),
        ({"reading": {"maximum_text_characters": 0}}, "maximum_text_characters'.*1 or more"),
        ({"campaigns": {"windows_seconds": [60, 0]}}, r"\(60, 0\); expected.*1 or more"),
        ({"campaigns": {"windows_seconds": [-60]}}, "windows_seconds.*1 or more"),
        ({"campaigns": {"pair_cap": 1}}, "'campaigns.pair_cap' is 1; expected at least 2"),
        ({"scoring": {"base_rate": 0.0}}, r"in \(0, 1\)"),
        ({"run": {"engine": "spork"}}, "'local'"),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_expected(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        settings_from_dict(values)


def test_a_file_that_is_no_toml_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("groups = [", "utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml: is not TOML"):
        load_settings(file)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "none.toml")


def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("[groups]\nsimilarity = 0.8\n", encoding="utf-8-sig")
    assert load_settings(file).groups.similarity == 0.8
    file.write_text("[groups]\nsimilarity = 0.8\n", encoding="utf-16")
    with pytest.raises(SettingsError, match=r"settings\.toml: is not UTF-8; save it as UTF-8"):
        load_settings(file)


@pytest.mark.parametrize("content", ["[group]", "[groups]\nsimilarity = 2", "[groups]\nbands = ''"])
def test_what_does_not_fit_is_named_with_its_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml: (unknown )?setting 'group"):
        load_settings(file)


def test_settings_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().groups.similarity = 0.5  # type: ignore[misc]


@given(st.floats(0.01, 1.0), st.integers(2, 100))
def test_replacing_keeps_everything_else(similarity: float, star_size: int) -> None:
    changed = Settings().replace({"groups": {"similarity": similarity, "star_size": star_size}})
    restored = changed.replace({"groups": {"similarity": 0.7, "star_size": 64}})
    assert restored == Settings()
