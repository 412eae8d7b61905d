"""Communities: wordings that the same accounts, devices or addresses serve.

Wordings are nodes, overlaps of members beyond chance are edges, and every layer adds to the
weight of an edge by how improbable it is. Communities are those of Louvain (Blondel et al.
2008, as networkx has it): connected sets alone would chain armies together by one busy account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.codes import Codes

_SEED = 1
_MOST = 30.0  # powers of ten that one overlap adds at most: beyond is beyond doubt


@dataclass(frozen=True, slots=True)
class WordingLinks:
    """Pairs of wordings that share more members than chance allows.

    Attributes:
        first, second: int64 positions in `Memberships.wordings`, shape (k,).
        shared: int64; members in both.
        q_value: float64; corrected chance of the overlap.
        capped_accounts: members in so many wordings that their pairs were not looked at.
    """

    first: Codes
    second: Codes
    shared: npt.NDArray[np.int64]
    q_value: npt.NDArray[np.float64]
    capped_accounts: int


@dataclass(frozen=True, slots=True)
class Communities:
    """Which of w wordings are served by the same members.

    Attributes:
        of_wording: int64, shape (w,); the first wording of its community, -1 for none.
        q_value: float64, shape (w,); smallest corrected chance of an overlap inside the
            community, 1.0 for none.
        shared: int64, shape (w,); most members that it shares with another one of it.
        device_q: float64, shape (w,); as `q_value`, of devices and addresses.
        device_shared: int64, shape (w,); most devices or addresses that it shares with another.
    """

    of_wording: Codes
    q_value: npt.NDArray[np.float64]
    shared: Codes
    device_q: npt.NDArray[np.float64]
    device_shared: Codes


def find_communities(
    count: int, layers: Sequence[WordingLinks], devices: Sequence[WordingLinks] = ()
) -> Communities:
    """Return the communities of wordings.

    Args:
        count: how many wordings there are.
        layers: their links by accounts.
        devices: their links by devices and addresses.
    """
    of_wording = np.full(count, -1, dtype=np.int64)
    q_value = np.ones(count)
    shared = np.zeros(count, dtype=np.int64)
    weights: dict[tuple[int, int], float] = {}
    for links in [*layers, *devices]:
        strength = np.minimum(-np.log10(np.maximum(links.q_value, 1e-300)), _MOST)
        pairs = zip(links.first.tolist(), links.second.tolist(), strict=True)
        for pair, weight in zip(pairs, strength.tolist(), strict=True):
            weights[pair] = weights.get(pair, 0.0) + weight
    if not weights:
        return Communities(of_wording, q_value, shared, np.ones(count), shared)
    for members in _louvain(weights):
        of_wording[members] = min(members)
    for links in layers:
        inside = of_wording[links.first] == of_wording[links.second]
        for side in (links.first[inside], links.second[inside]):
            np.minimum.at(q_value, side, links.q_value[inside])
            np.maximum.at(shared, side, links.shared[inside])
    device_q = np.ones(count)
    device_shared = np.zeros(count, dtype=np.int64)
    for links in devices:
        inside = of_wording[links.first] == of_wording[links.second]
        for side in (links.first[inside], links.second[inside]):
            np.minimum.at(device_q, side, links.q_value[inside])
            np.maximum.at(device_shared, side, links.shared[inside])
    return Communities(of_wording, q_value, shared, device_q, device_shared)


def _louvain(weights: dict[tuple[int, int], float]) -> list[list[int]]:
    # networkx takes a quarter of a second to import, and most dumps have nothing to divide
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from(sorted({node for pair in weights for node in pair}))
    for (one, other), weight in sorted(weights.items()):
        graph.add_edge(one, other, weight=weight)
    found: list[list[int]] = []
    for component in nx.connected_components(graph):
        if len(component) <= 3:
            found.append(sorted(component))
            continue
        part = graph.subgraph(sorted(component))
        found += [
            sorted(members)
            for members in nx.community.louvain_communities(part, weight="weight", seed=_SEED)
        ]
    return found
