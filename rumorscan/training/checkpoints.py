"""Checkpoints: the state of a run that may be cut, as JSON and safetensors, without pickle.

work/
  state.json             what the run is and where it stands; written last
  step-1200/
    weights.safetensors  and further tensors, by name
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Tensors = Mapping[str, "torch.Tensor"]

STATE = "state.json"
_DRAFT = STATE + ".new"
_BETWEEN = "."


class Checkpoint:
    """A folder with the newest state of one run.

    Args:
        folder: where; it is made when the first state is kept.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)

    def keep(self, step: int, state: Mapping[str, Any], tensors: Mapping[str, Tensors]) -> None:
        """Write a state; the file that counts appears last, and older tensors go.

        Args:
            step: of the run.
            state: JSON data.
            tensors: name of a file, without ending, to its tensors.
        """
        from safetensors.torch import save_file

        draft = self.folder / f"step-{step}"
        draft.mkdir(parents=True, exist_ok=True)
        for name, one in tensors.items():
            whole = {key: value.contiguous() for key, value in one.items()}
            save_file(whole, draft / f"{name}.safetensors")
        written = self.folder / _DRAFT
        written.write_text(json.dumps({**state, "step": step}), encoding="utf-8")
        written.replace(self.folder / STATE)
        for old in self.folder.glob("step-*"):
            if old != draft:
                shutil.rmtree(old)

    def state(self) -> dict[str, Any] | None:
        """Return the state that was kept last, or None."""
        try:
            found: dict[str, Any] = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def tensors(self, step: int, name: str) -> dict[str, torch.Tensor]:
        """Return the tensors of a file of the state."""
        from safetensors.torch import load_file

        found: dict[str, torch.Tensor] = load_file(
            self.folder / f"step-{step}" / f"{name}.safetensors"
        )
        return found

    def clear(self) -> None:
        """Take the folder away; the run has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)


def pack_optimizers(optimizers: Sequence[torch.optim.Optimizer]) -> dict[str, torch.Tensor]:
    """Return what optimizers remember, by name."""
    import torch

    found: dict[str, torch.Tensor] = {}
    for at, optimizer in enumerate(optimizers):
        for weight, state in optimizer.state_dict()["state"].items():
            for name, value in state.items():
                tensor = value if isinstance(value, torch.Tensor) else torch.tensor(value)
                found[_BETWEEN.join(map(str, (at, weight, name)))] = tensor
    return found


def unpack_optimizers(optimizers: Sequence[torch.optim.Optimizer], tensors: Tensors) -> None:
    """Give back to optimizers what `pack_optimizers` took."""
    states: list[dict[int, dict[str, Any]]] = [{} for _ in optimizers]
    for key, value in tensors.items():
        at, weight, name = key.split(_BETWEEN)
        states[int(at)].setdefault(int(weight), {})[name] = value
    for optimizer, state in zip(optimizers, states, strict=True):
        optimizer.load_state_dict(optimizer.state_dict() | {"state": state})
