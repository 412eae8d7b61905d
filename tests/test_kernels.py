import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numba.core import caching

from rumorscan import kernels

SOURCE = """
import numpy as np
from rumorscan.kernels import compiled

@compiled
def doubled(values):
    return values * 2
"""


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("loops", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def hits(module: ModuleType) -> int:
    return sum(module.doubled.stats.cache_hits.values())


def test_cached_code_is_served_until_any_loop_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "loops.py"
    path.write_text(SOURCE, "utf-8")
    first, second = load(path), load(path)
    assert first.doubled(np.arange(3)).tolist() == [0, 2, 4]
    assert second.doubled(np.arange(3)).tolist() == [0, 2, 4]
    assert (hits(first), hits(second)) == (0, 1)
    monkeypatch.setattr(kernels, "_source_digest", lambda: "another version")
    upgraded = load(path)
    assert upgraded.doubled(np.arange(3)).tolist() == [0, 2, 4]
    assert hits(upgraded) == 0


def test_loops_are_compiled_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(locator: object) -> None:
        raise OSError("read-only")

    monkeypatch.setattr(caching._CacheLocator, "ensure_cache_path", refuse)
    path = tmp_path / "loops.py"
    path.write_text(SOURCE, "utf-8")
    assert load(path).doubled(np.arange(3)).tolist() == [0, 2, 4]
