"""What is not needed is not loaded: each check runs in a fresh interpreter."""

import json
import subprocess
import sys

import pytest

HEAVY = ("numpy", "pyarrow", "torch", "pandas", "jieba", "sklearn", "numba", "scipy", "rich")
NOT_FOR_SCORING = ("torch", "transformers", "pandas", "polars")
LOADED = "import json, sys; print(json.dumps([n for n in sys.modules if '.' not in n]))"


def loaded_by(code):
    """Return the top-level modules that are loaded after the code ran."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{LOADED}"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    [
        "import rumorscan",
        "import rumorscan; dir(rumorscan); rumorscan.__version__; rumorscan.RumorscanError",
        "import rumorscan.settings; rumorscan.settings.Settings()",
        "from rumorscan.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass",
        "from rumorscan.cli import main\ntry: main(['--version'])\nexcept SystemExit: pass",
    ],
)
def test_no_heavy_library_is_loaded_before_it_is_needed(code):
    assert loaded_by(code).isdisjoint(HEAVY)


@pytest.mark.parametrize("command", ["scan", "score", "demo", "explain", "verify"])
def test_the_help_of_a_command_loads_no_model_library(command):
    code = f"from rumorscan.cli import main\ntry: main(['{command}', '--help'])"
    assert loaded_by(f"{code}\nexcept SystemExit: pass").isdisjoint(
        (*NOT_FOR_SCORING, "sklearn", "jieba")
    )


@pytest.mark.parametrize("name", ["scan", "score", "load_model", "load_run"])
def test_scanning_and_scoring_need_neither_torch_nor_pandas(name):
    assert loaded_by(f"import rumorscan; rumorscan.{name}").isdisjoint(NOT_FOR_SCORING)


def test_a_whole_scan_works_without_torch_pandas_and_scikit_learn(tmp_path):
    # Arrow looks for pandas by itself wherever it is installed, so it is hidden here
    absent = ("torch", "transformers", "pandas", "polars", "sklearn")
    code = (
        "import sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name.partition('.')[0] in {absent}: raise ImportError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "import rumorscan\n"
        "posts = [{'account_id': f'a{n % 5}', 'text': '听说城东水厂停水三天，大家快囤水'} "
        "for n in range(20)]\n"
        f"run = rumorscan.scan(posts); run.write({str(tmp_path / 'run')!r})\n"
        "assert run.posts.to_arrow()['rumor_probability'].null_count == 0"
    )
    loaded_by(code)
    assert (tmp_path / "run" / "manifest.json").is_file()
