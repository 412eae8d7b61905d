"""Every command has help, a Python twin and a line in the README."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import rumorscan
from rumorscan.cli import COMMANDS, cli

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_in_both_languages(name):
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"Usage: cli {name} ")
    assert re.search(r"[\u4e00-\u9fff]{4}", result.output), "Chinese first"
    assert re.search(r"[A-Z][a-z]+ .*\.", result.output), "English second"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_python_twin(name):
    assert name in rumorscan.__all__
    assert callable(getattr(rumorscan, name))
    assert getattr(rumorscan, name).__doc__


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_line_in_the_readme(name):
    assert re.search(rf"rumorscan {name}\b", README.read_text(encoding="utf-8"))


def test_the_help_of_the_program_lists_every_command():
    result = CliRunner().invoke(cli, ["--help"])
    listed = re.findall(r"^  ([a-z]+)  ", result.output, re.MULTILINE)
    assert listed == list(COMMANDS)
