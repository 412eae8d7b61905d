import sys

import pytest

from rumorscan.errors import MissingExtraError
from rumorscan.training.pretraining.loop import pretrain_packed
from rumorscan.training.stacked import choose_tuning
from tests.training.tiny import packed


@pytest.mark.parametrize("library", ["torch", "transformers"])
def test_a_missing_library_is_named_with_its_extra(library, tmp_path, monkeypatch):
    rows = packed()
    monkeypatch.setitem(sys.modules, library, None)
    for work in (choose_tuning, lambda: pretrain_packed(rows, tmp_path)):
        with pytest.raises(MissingExtraError, match=rf"{library} .*rumorscan\[train\]"):
            work()
