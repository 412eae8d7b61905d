"""The known-rumor index: which posts repeat a claim that has been judged false.

A post matches a claim when one passage of it, at most twice as long as the claim, holds
enough of the claim's character pairs, each weighed by how rare it is, and contradicts neither
the claim's numbers nor its negation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.rumors.claim_files import Claim, load_claims
from rumorscan.rumors.pairs import count_texts, index_rarest, number_pairs
from rumorscan.rumors.passages import Library, find_passages
from rumorscan.settings import ClaimSettings
from rumorscan.text.fold import Folded, fold_texts

__all__ = ["Claim", "ClaimIndex", "ClaimMatches", "load_claims"]

# the commonest characters of everyday Chinese: a pair of them says little about a claim, even
# in a dump and a library that are too small to show it
_COMMON = (
    "的一是了不在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行"
    "所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与"
    "长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制"
    "身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题"
    "活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决"
    "治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术"
    "领共确传师观清今切院让识候带导争运"
)
_RARE_CHANCE = 1e-5
_COMMON_FACTOR = 10.0  # a common character makes a pair so many times likelier
_DUMP_BACKGROUND = 2_000.0  # texts that the background counts for beside the dump's
_LIBRARY_BACKGROUND = 200.0  # and beside the library's
_LATIN_FACTOR = 0.4  # a Latin word has more letters than a Chinese one has characters
_WEIGHT_RANGE = (0.5, 10.0)


@dataclass(frozen=True, slots=True)
class ClaimMatches:
    """The best claim of each of n texts.

    Attributes:
        position: int32, shape (n,); in the list of claims, -1 where no rumor is repeated.
        similarity: float64, shape (n,); weighed share of the claim's wording that one passage
            of the text repeats, in [0, 1]; 0.0 where no rumor is repeated.
    """

    position: npt.NDArray[np.int32]
    similarity: npt.NDArray[np.float64]


class ClaimIndex:
    """A library of claims, ready to be matched with texts.

    Attributes:
        claims: in the given order.
        claim_ids: their ids, in the same order.

    Example:
        >>> from rumorscan.text.fold import fold_texts
        >>> index = ClaimIndex([Claim("k1", "城东水厂受污染，全城停水三天")])
        >>> posts = ["听说城东水厂受污染 全城要停水3天，快囤水！", "城东水厂受污染 全城停水五天"]
        >>> matches = index.match(fold_texts(posts))
        >>> matches.position.tolist(), matches.similarity.round(2).tolist()
        ([0, -1], [1.0, 0.0])
    """

    def __init__(self, claims: Sequence[Claim], settings: ClaimSettings | None = None) -> None:
        self.claims = tuple(claims)
        self.claim_ids = tuple(claim.claim_id for claim in self.claims)
        self._settings = settings or ClaimSettings()
        self._keys = fold_texts([claim.claim for claim in self.claims])
        self._pairs = number_pairs(self._keys, self._settings.minimum_length)

    def __len__(self) -> int:
        return len(self.claims)

    def match(self, folded: Folded) -> ClaimMatches:
        """Return the best claim of each text.

        How much a pair of characters counts depends on all texts given, so that what the whole
        dump says makes no match; give a dump's distinct texts at once.

        Args:
            folded: fold keys, n of them, in any order.
        """
        n = len(folded)
        if len(self._pairs.frequency) == 0 or n == 0:
            return ClaimMatches(np.full(n, -1, dtype=np.int32), np.zeros(n, dtype=np.float64))
        weights = self._weigh(count_texts(folded, self._pairs), n)
        library = Library(
            self._keys,
            self._pairs,
            weights,
            index_rarest(self._pairs, weights, self._settings.containment),
            np.array([claim.is_rumor for claim in self.claims], dtype=np.bool_),
        )
        return ClaimMatches(*find_passages(folded, library, self._settings.containment))

    def _weigh(self, texts_with: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.float64]:
        """Return -log of the chance of each pair, in the dump or the library, the larger."""
        common = np.array(sorted(map(ord, set(_COMMON))), dtype=np.uint32)
        chance = np.full(len(texts_with), _RARE_CHANCE)
        for characters in (self._pairs.firsts, self._pairs.seconds):
            chance[np.isin(characters, common)] *= _COMMON_FACTOR
        in_dump = (texts_with + _DUMP_BACKGROUND * chance) / (n + _DUMP_BACKGROUND)
        others = self._pairs.frequency - 1.0  # a claim does not make its own words common
        in_library = (others + _LIBRARY_BACKGROUND * chance) / (len(self) + _LIBRARY_BACKGROUND)
        weights = np.clip(-np.log(np.maximum(in_dump, in_library)), *_WEIGHT_RANGE)
        is_latin = (self._pairs.firsts < 0x80) & (self._pairs.seconds < 0x80)
        weighed: npt.NDArray[np.float64] = np.where(is_latin, _LATIN_FACTOR * weights, weights)
        return weighed
