"""SM3 (GB/T 32905-2016, ISO/IEC 10118-3) whose state can be kept.

OpenSSL's is faster and gives no state away, so that a process that goes on would hash all that was
read before it once more, which takes a third as long as to read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from rumorscan.kernels import compiled

Words = npt.NDArray[np.uint32]

_BLOCK = 64
_INITIAL = (
    0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600, 0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E,
)  # fmt: skip


def _rotated(constant: int, places: int) -> int:
    return (constant << places | constant >> (32 - places)) & 0xFFFFFFFF


_CONSTANTS = np.array(
    [_rotated(0x79CC4519 if turn < 16 else 0x7A879D8A, turn % 32) for turn in range(64)], np.uint32
)


class Sm3:
    """A digest under way.

    Args:
        state: of another one that is gone on with.

    Example:
        >>> one = Sm3()
        >>> one.update(b"a")
        >>> other = Sm3(one.state)
        >>> other.update(b"bc")
        >>> other.hexdigest()[:16]
        '66c7f0f462eeedd9'
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self._words = np.array(state["words"] if state else _INITIAL, np.uint32)
        self._rest = bytes.fromhex(state["rest"]) if state else b""
        self.count: int = state["count"] if state else 0

    @property
    def state(self) -> dict[str, Any]:
        """What another one needs to go on."""
        words = tuple(self._words.tolist())
        return {"words": words, "rest": self._rest.hex(), "count": self.count}

    def update(self, data: bytes | memoryview) -> None:
        """Take further bytes."""
        self.count += len(data)
        view = memoryview(data)
        if self._rest:
            missing = min(_BLOCK - len(self._rest), len(view))
            self._rest += bytes(view[:missing])
            view = view[missing:]
            if len(self._rest) < _BLOCK:
                return
            _compress(self._words, np.frombuffer(self._rest, ">u4").astype(np.uint32))
        whole = len(view) // _BLOCK * _BLOCK
        if whole:
            _compress(self._words, np.frombuffer(view[:whole], ">u4").astype(np.uint32))
        self._rest = bytes(view[whole:])

    def hexdigest(self) -> str:
        """Return the digest of what was taken so far, as hexadecimal digits."""
        ended = self._rest + b"\x80"
        ended += bytes(-(len(ended) + 8) % _BLOCK) + (8 * self.count).to_bytes(8, "big")
        words = self._words.copy()
        _compress(words, np.frombuffer(ended, ">u4").astype(np.uint32))
        return words.astype(">u4").tobytes().hex()


@compiled
def _turned(value: np.uint32, places: int) -> np.uint32:
    return np.uint32((value << np.uint32(places)) | (value >> np.uint32(32 - places)))


@compiled
def _compress(state: Words, blocks: Words) -> None:
    """Take blocks of sixteen words into the state; the names are those of the standard."""
    w = np.empty(68, np.uint32)
    for start in range(0, len(blocks), 16):
        w[:16] = blocks[start : start + 16]
        for j in range(16, 68):
            x = np.uint32(w[j - 16] ^ w[j - 9] ^ _turned(w[j - 3], 15))
            x = np.uint32(x ^ _turned(x, 15) ^ _turned(x, 23))
            w[j] = x ^ _turned(w[j - 13], 7) ^ w[j - 6]
        a, b, c, d = state[0], state[1], state[2], state[3]
        e, f, g, h = state[4], state[5], state[6], state[7]
        for j in range(64):
            a12 = _turned(a, 12)
            ss1 = _turned(np.uint32(a12 + e + _CONSTANTS[j]), 7)
            if j < 16:
                ff, gg = np.uint32(a ^ b ^ c), np.uint32(e ^ f ^ g)
            else:
                ff, gg = np.uint32((a & b) | (c & (a | b))), np.uint32(g ^ (e & (f ^ g)))
            tt1 = np.uint32(ff + d + np.uint32(ss1 ^ a12) + np.uint32(w[j] ^ w[j + 4]))
            tt2 = np.uint32(gg + h + ss1 + w[j])
            a, b, c, d = tt1, a, _turned(b, 9), c
            e, f, g, h = np.uint32(tt2 ^ _turned(tt2, 9) ^ _turned(tt2, 17)), e, _turned(f, 19), g
        state[0] ^= a
        state[1] ^= b
        state[2] ^= c
        state[3] ^= d
        state[4] ^= e
        state[5] ^= f
        state[6] ^= g
        state[7] ^= h
