"""A fine-tuned network to ONNX with 8-bit weights, as scoring loads it."""

from __future__ import annotations

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from rumorscan.errors import MissingExtraError
from rumorscan.rumors.encoder import MASK, SCORES, TOKENS, OnnxEncoder

if TYPE_CHECKING:
    from rumorscan.training.finetuning.network import TorchEncoder

_OPSET = 18
_TRIAL_SHAPE = (3, 17)  # any but 1 and 0, which tracing would take for constants
_QUANTIZED = ("MatMul", "Gemm", "Gather")


def export_encoder(encoder: TorchEncoder, *, quantize: bool = True) -> OnnxEncoder:
    """Return a network as it scores without torch.

    Args:
        encoder: fine-tuned.
        quantize: weights as 8-bit integers, a scale for each output channel; states are
            quantized as they come (dynamic quantization).

    Raises:
        MissingExtraError: onnx or onnxruntime is not installed.
    """
    with tempfile.TemporaryDirectory() as folder, _quiet():
        graph = Path(folder, "plain.onnx")
        _export(encoder, graph)
        if quantize:
            graph = _quantize(graph)
        content = _without_traces(graph)
    tokenizer = encoder.tokenizer.to_str().encode()
    return OnnxEncoder(content, tokenizer, encoder.maximum_length)


def _export(encoder: TorchEncoder, path: Path) -> None:
    network = encoder.network.to("cpu").eval()
    tokens = torch.full(_TRIAL_SHAPE, 7, dtype=torch.int64)
    rows, length = torch.export.Dim("rows"), torch.export.Dim("length")
    shape = {0: rows, 1: length}
    try:
        torch.onnx.export(
            network,
            (tokens, torch.ones_like(tokens)),
            str(path),
            input_names=[TOKENS, MASK],
            output_names=[SCORES],
            dynamic_shapes={TOKENS: shape, MASK: shape},
            opset_version=_OPSET,
            external_data=False,
            verbose=False,
        )
    except ImportError as error:
        raise MissingExtraError("onnxscript", "train") from error


def _quantize(path: Path) -> Path:
    try:
        from onnxruntime.quantization import QuantType, quantize_dynamic
    except ImportError as error:
        raise MissingExtraError("onnx", "train") from error
    quantized = path.with_name("quantized.onnx")
    quantize_dynamic(
        path,
        quantized,
        op_types_to_quantize=list(_QUANTIZED),
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    return quantized


def _without_traces(path: Path) -> bytes:
    """Return a graph without what the exporter notes of its own: stack traces, with folders."""
    try:
        import onnx
    except ImportError as error:
        raise MissingExtraError("onnx", "train") from error
    model = onnx.load(path)
    for one in (
        model,
        model.graph,
        *model.graph.node,
        *model.graph.value_info,
        *model.graph.initializer,
        *model.graph.input,
        *model.graph.output,
        *model.functions,
        *(node for function in model.functions for node in function.node),
    ):
        one.ClearField("doc_string")
        one.ClearField("metadata_props")
    content: bytes = model.SerializeToString(deterministic=True)
    return content


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporters from telling what they do at every step."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
