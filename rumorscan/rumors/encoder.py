"""The encoder as it scores: ONNX Runtime and a tokenizer, without torch."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rumorscan.errors import MissingExtraError, ModelError
from rumorscan.rumors.calibration import Floats
from rumorscan.rumors.folders import ModelFolder
from rumorscan.rumors.tokenizing import Tokens, read_tokenizer
from rumorscan.text.fold import Folded

GRAPH, TOKENIZER = "encoder.onnx", "tokenizer.json"
TOKENS, MASK, SCORES = "tokens", "mask", "scores"
"""Names of the graph's inputs and of its output."""


class Encoder(Protocol):
    """What a stacked model asks of its encoder."""

    maximum_length: int

    def scores(self, folded: Folded) -> Floats:
        """Return the log-odds of fold keys, shape (n, 2): falsehood, claim."""
        ...


class OnnxEncoder:
    """An encoder in ONNX.

    It reads one text at a time, on one thread. States are quantized by the range of all that is
    computed together, so in a batch a text's score would depend on its neighbors; and on a CPU a
    batch is no quicker (docs/benchmarks.md). The workers of a scan call it side by side.
    """

    def __init__(self, graph: bytes, tokenizer: bytes, maximum_length: int) -> None:
        self._graph = graph
        self._tokenizer = tokenizer
        self.maximum_length = maximum_length
        self._tokens: Tokens | None = None
        self._session: Any = None

    @classmethod
    def load(cls, folder: ModelFolder, maximum_length: int) -> OnnxEncoder:
        """Return the encoder of a model folder.

        Raises:
            ModelError: a file is missing or damaged.
        """
        encoder = cls(folder.read(GRAPH), folder.read(TOKENIZER), maximum_length)
        try:
            encoder.open()
        except ValueError as error:
            raise ModelError(f"{folder.path}: {error}; copy or train the model again") from error
        return encoder

    @property
    def files(self) -> dict[str, bytes]:
        """The files from which `load` makes it again, name to content."""
        return {GRAPH: self._graph, TOKENIZER: self._tokenizer}

    def open(self) -> None:
        """Make the session, where there is none yet.

        Raises:
            ValueError: graph or tokenizer cannot be read.
            MissingExtraError: ONNX Runtime is not installed.
        """
        if self._session is not None:
            return
        try:
            import onnxruntime
        except ImportError as error:  # a platform without wheels
            raise MissingExtraError("onnxruntime", "train") from error
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = 1
        try:
            session = onnxruntime.InferenceSession(
                self._graph, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library raises its own bare kinds
            line = str(error).splitlines()[0]
            raise ValueError(f"'{GRAPH}' cannot be read: {line}") from error
        names = ([one.name for one in session.get_inputs()], session.get_outputs()[0].name)
        if names != ([TOKENS, MASK], SCORES):
            raise ValueError(f"'{GRAPH}' takes and gives {names}; expected tokens, mask and scores")
        self._tokens = Tokens(read_tokenizer(self._tokenizer), self.maximum_length)
        self._session = session

    def scores(self, folded: Folded) -> Floats:
        """Return the log-odds of fold keys, shape (n, 2): falsehood, claim."""
        self.open()
        assert self._tokens is not None
        return self._tokens.score(folded, self._run, batch_tokens=1)

    def _run(self, tokens: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Floats:
        found = self._session.run([SCORES], {TOKENS: tokens, MASK: mask})[0]
        return np.asarray(found, dtype=np.float64)

    def __getstate__(self) -> dict[str, Any]:
        """Leave out the session: it belongs to its process."""
        return {**self.__dict__, "_session": None, "_tokens": None}
