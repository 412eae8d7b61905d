"""Tables are read strictly."""

import shutil
from pathlib import Path

import pytest

from rumorscan.errors import SettingsError
from rumorscan.rehearsal.tables import BUNDLED, load_tables

BENCH = Path(__file__).parents[2] / "scripts" / "bench" / "campaigns"


@pytest.mark.parametrize("folder", [BUNDLED, BENCH / "dev", BENCH / "frozen"], ids=lambda p: p.name)
def test_every_folder_of_tables_can_be_read(folder):
    tables = load_tables(folder)
    assert len(tables.messages) >= 12
    assert any(message.slots for message in tables.messages)
    assert all(tables.negatives.values())


@pytest.mark.parametrize("folder", [BUNDLED, BENCH / "dev"], ids=lambda path: path.name)
def test_synonyms_reach_a_fifth_of_every_message(folder):
    tables = load_tables(folder)
    for message in tables.messages:
        covered = sum(len(word) for word in tables.synonyms if word in message.text)
        assert covered >= 0.2 * len(message.text), message.text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("messages", "", "expected one [[message]] or more"),
        ("messages", '[[message]]\nkind = "a"\n', "message 1: 'text' must be a string"),
        ("messages", '[[message]]\nkind = "a"\ntext = "在{x}"\n', "no list for the slot '{x}'"),
        ("messages", "[[message", "is not TOML"),
        ("synonyms", "[synonyms]\n", "expected a table [synonyms]"),
        ("substitutes", '[homophone]\n"" = ["氺"]\n', "homophone: an entry has no name"),
        ("noise", "ignorable = []\n", "'ignorable' must be a list of strings"),
        ("negatives", "[[blessing]]\n", "expected one [[share_button]] or more"),
    ],
)
def test_a_bad_table_is_named(tmp_path, name, content, words):
    shutil.copytree(BUNDLED, tmp_path / "tables")
    path = tmp_path / "tables" / f"{name}.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_tables(tmp_path / "tables")
    assert words in str(caught.value)
    assert path.name in str(caught.value)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"messages\.toml: no such table"):
        load_tables(tmp_path)
