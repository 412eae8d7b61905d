"""From an encoder and labeled posts to a network with two heads, and from that to ONNX."""

from __future__ import annotations
