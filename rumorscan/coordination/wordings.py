"""Wordings: texts that are the same or are made from one template, each link verified.

Two grains, from fine to coarse, over the distinct texts of a dump:

    group    near-duplicates: Jaccard similarity of the shingle sets, in the same order, with
             neither another number nor a negation between them
    wording  groups of one template: less is shared, sentences stand in another order, foreign
             text stands around, a number is a slot; a negation keeps apart here too

Candidates come from four sides: equal keys, the exact join of shingle sets over keys that sound
alike (and MinHash where texts are long), and rare runs of characters.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rumorscan.coordination.framing import Framing, learn_frames
from rumorscan.coordination.groups import find_groups
from rumorscan.coordination.guards import Facts, contradict, read_facts
from rumorscan.coordination.joins import RankedSets, join_prefixes, rank_sets
from rumorscan.coordination.order import order_shares
from rumorscan.coordination.originals import quoted_runs, without_originals
from rumorscan.coordination.runs import find_runs
from rumorscan.coordination.sets import all_roots, find_root
from rumorscan.keeping import KEEP_NOTHING, Keeper
from rumorscan.kernels import compiled
from rumorscan.settings import GroupSettings
from rumorscan.text.distinct import find_distinct
from rumorscan.text.fold import Folded
from rumorscan.text.hashing import hash_rows
from rumorscan.text.keys import MatchKeys, disguised_texts
from rumorscan.text.shingles import shingle_sets

Ints = npt.NDArray[np.int64]

LONG = 240
"""Characters from which a text is compared by MinHash instead of the exact join."""
_OVERLAP = 160  # texts from here on are in both, so that no pair across the limit is missed
_SAME_ORDER = 0.75  # share of the common shingles that stand in the same order


@dataclass(frozen=True, slots=True)
class Wordings:
    """Which of m distinct texts belong together.

    Attributes:
        group_of: int64, shape (m,); the first text of its group, -1 where it is too short.
        wording_of: int64, shape (m,); the first text of its wording, -1 where it is too short.
        framing: the learned frames around each text.
        counts: candidate pairs and what was capped, by name, for `run.json`.
    """

    group_of: Ints
    wording_of: Ints
    framing: Framing
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Candidate pairs with their similarity, the most alike first."""

    first: Ints
    second: Ints
    similarity: npt.NDArray[np.float64]


def find_wordings(
    keys: MatchKeys, original: Ints, settings: GroupSettings, keeper: Keeper = KEEP_NOTHING
) -> Wordings:
    """Return the groups and the wordings of a dump's distinct texts.

    Args:
        keys: of the m distinct texts.
        original: int64, shape (m,); the text that a text answers or reposts, -1 for none.
        settings: thresholds and limits.
        keeper: of what an earlier process has found.
    """
    framing = learn_frames(keys.sound, keeper)
    bare = framing.trim(keys.sound)
    long_enough = keys.sound.lengths >= settings.minimum_length
    pairs, near_counts = keeper.once("near", lambda: _pair_near(keys, bare, settings, keeper))
    parents = keeper.once("groups", lambda: _join_near(keys, pairs, settings))
    group_of = all_roots(parents)
    related, related_counts = keeper.once(
        "related", lambda: _related_pairs(keys, bare, original, group_of, settings, keeper)
    )
    both = _merge(pairs, related)
    touched = np.unique(np.concatenate([both.first, both.second]))
    facts = read_facts(keys.plain, touched)
    _link(keys, facts, parents, both, with_numbers=False)
    wording_of = all_roots(parents)
    group_of[~long_enough] = -1
    wording_of[~long_enough] = -1
    return Wordings(group_of, wording_of, framing, {**near_counts, **related_counts})


def _pair_near(
    keys: MatchKeys, bare: Folded, settings: GroupSettings, keeper: Keeper
) -> tuple[Pairs, dict[str, int]]:
    """Return the pairs of texts that are alike enough for one group."""
    forms = find_distinct(bare)
    heard = forms.folded
    ranked = keeper.once(
        "near-sets", lambda: rank_sets(shingle_sets(heard, settings.shingle_length))
    )
    long_enough = keys.sound.lengths >= settings.minimum_length
    content = hash_rows(keys.plain.codes, keys.plain.offsets)
    by_form = np.lexsort((content, forms.key_of_row))
    head = by_form[np.searchsorted(forms.key_of_row[by_form], np.arange(len(forms)))]
    enough = long_enough[head]
    order = _canonical_order(heard, ranked)
    near, counts = _near_pairs(heard, ranked, order[enough[order]], settings)
    pairs = _spread_forms(near, forms.key_of_row, head, by_form, content, long_enough)
    return _pick(pairs, _are_near(pairs, disguised_texts(keys), settings)), counts


def _join_near(keys: MatchKeys, pairs: Pairs, settings: GroupSettings) -> Ints:
    """Return the parents of texts that are joined with those that say the same in one order."""
    touched = np.unique(np.concatenate([pairs.first, pairs.second]))
    facts = read_facts(keys.plain, touched)
    in_order = (
        order_shares(keys.sound, pairs.first, pairs.second, settings.shingle_length) >= _SAME_ORDER
    )
    parents = np.arange(len(keys), dtype=np.int64)
    _link(keys, facts, parents, _pick(pairs, in_order), with_numbers=True)
    return parents


def _canonical_order(heard: Folded, ranked: RankedSets) -> Ints:
    """Return the texts by the size of their sets, ties by content, never by row."""
    return np.lexsort((hash_rows(heard.codes, heard.offsets), ranked.sizes))


def _near_pairs(
    heard: Folded, ranked: RankedSets, order: Ints, settings: GroupSettings
) -> tuple[Pairs, dict[str, int]]:
    """Return the pairs at the similarity of groups: exact for posts, MinHash for long texts."""
    lengths = heard.lengths
    short = order[lengths[order] < LONG]
    first, second, shared, compared, capped = join_prefixes(
        ranked.values,
        ranked.offsets,
        ranked.frequency,
        short,
        min(settings.similarity, settings.disguised_similarity),
        settings.list_limit,
        settings.partner_limit,
    )
    sizes = ranked.sizes
    similarity = shared / (sizes[first] + sizes[second] - shared)
    long = order[lengths[order] >= _OVERLAP]
    found = find_groups(heard.take(long), settings) if (lengths >= LONG).any() else None
    if found is not None:
        linked = np.flatnonzero((found.root_of >= 0) & (found.root_of != np.arange(len(long))))
        first = np.concatenate([first, long[found.root_of[linked]]])
        second = np.concatenate([second, long[linked]])
        similarity = np.concatenate([similarity, np.full(len(linked), settings.similarity)])
    counts = {
        "candidate_pairs": compared + (found.candidate_pairs if found else 0),
        "capped_buckets": capped + (found.capped_buckets if found else 0),
    }
    return Pairs(first, second, similarity), counts


def _are_near(
    pairs: Pairs, disguised: npt.NDArray[np.bool_], settings: GroupSettings
) -> npt.NDArray[np.bool_]:
    """Tell of each pair whether it is alike enough; what was disguised is undone in part only."""
    one_is = disguised[pairs.first] | disguised[pairs.second]
    least = np.where(one_is, settings.disguised_similarity, settings.similarity)
    return pairs.similarity >= np.minimum(least, settings.similarity)


def _spread_forms(
    near: Pairs,
    form_of: Ints,
    head: Ints,
    by_form: Ints,
    content: npt.NDArray[np.uint64],
    enough: npt.NDArray[np.bool_],
) -> Pairs:
    """Return the pairs between heads of forms, and each text with the head of its form.

    Equal keys are paired besides: the head may say something else that sounds the same.
    """
    heads = head[form_of[by_form]]
    before = np.r_[by_form[:1], by_form[:-1]]
    usable = enough[by_form] & (heads != by_form)
    copies = usable & (content[before] == content[by_form]) & enough[before]
    echoes = usable & enough[heads]
    first = np.concatenate([before[copies], heads[echoes], head[near.first]])
    second = np.concatenate([by_form[copies], by_form[echoes], head[near.second]])
    similarity = np.concatenate([np.ones(len(first) - len(near.first)), near.similarity])
    order = np.argsort(-similarity, kind="stable")
    return Pairs(first[order], second[order], similarity[order])


def _pick(pairs: Pairs, kept: npt.NDArray[np.bool_]) -> Pairs:
    return Pairs(pairs.first[kept], pairs.second[kept], pairs.similarity[kept])


def _merge(one: Pairs, other: Pairs) -> Pairs:
    similarity = np.concatenate([one.similarity, other.similarity])
    order = np.argsort(-similarity, kind="stable")
    return Pairs(
        np.concatenate([one.first, other.first])[order],
        np.concatenate([one.second, other.second])[order],
        similarity[order],
    )


def _link(
    keys: MatchKeys, facts: Facts, parents: Ints, pairs: Pairs, *, with_numbers: bool
) -> None:
    """Join the texts of every pair that does not contradict, nor do the sets that would meet."""
    arrays = tuple(getattr(facts, field.name) for field in dataclasses.fields(facts))
    _link_pairs(
        keys.plain.codes,
        keys.plain.offsets,
        arrays,
        parents,
        pairs.first,
        pairs.second,
        with_numbers,
    )


@compiled
def _link_pairs(
    codes: npt.NDArray[np.uint32],
    offsets: Ints,
    facts: tuple[Ints, Ints, Ints, Ints, Ints, Ints, npt.NDArray[np.bool_]],
    parents: Ints,
    first: Ints,
    second: Ints,
    with_numbers: bool,
) -> None:
    # a set speaks through the member that states most, so that a link to a text without
    # numbers does not bring two different numbers together
    witness = np.arange(len(parents), dtype=np.int64)
    stated = facts[0]
    for index in range(len(first)):
        one, other = find_root(parents, first[index]), find_root(parents, second[index])
        if one == other:
            continue
        if contradict(codes, offsets, facts, first[index], second[index], with_numbers):
            continue
        mine, theirs = witness[one], witness[other]
        if with_numbers and contradict(codes, offsets, facts, mine, theirs, with_numbers):
            continue
        low, high = min(one, other), max(one, other)
        parents[high] = low
        says_more = stated[mine + 1] - stated[mine] >= stated[theirs + 1] - stated[theirs]
        witness[low] = mine if says_more else theirs


def _related_pairs(
    keys: MatchKeys,
    bare: Folded,
    original: Ints,
    group_of: Ints,
    settings: GroupSettings,
    keeper: Keeper,
) -> tuple[Pairs, dict[str, int]]:
    """Return the pairs of groups that one template or a rare run of characters ties."""
    speakers = _speakers(group_of, hash_rows(bare.codes, bare.offsets))
    long_enough = bare.lengths[speakers] >= settings.wording_length
    chosen = speakers[long_enough & keys.own_words[speakers]]
    heard = bare.take(chosen)
    ranked = keeper.once(
        "related-sets",
        lambda: rank_sets(
            without_originals(heard, keys.sound, original[chosen], settings.shingle_length)
        ),
    )
    sizes = ranked.sizes
    usable = (sizes >= settings.wording_shared) & (heard.lengths < LONG)
    order = _canonical_order(heard, ranked)
    first, second, shared, compared, capped = join_prefixes(
        ranked.values,
        ranked.offsets,
        ranked.frequency,
        order[usable[order]],
        settings.wording_similarity,
        settings.list_limit,
        settings.partner_limit,
    )
    similarity = shared / (sizes[first] + sizes[second] - shared)
    kept = shared >= settings.wording_shared
    runs = keeper.once("runs", lambda: find_runs(heard, settings))
    own = np.flatnonzero(~quoted_runs(runs, heard, keys.sound, original[chosen]))
    counts = {
        "wording_pairs": compared + runs.compared,
        "capped_lists": capped,
        "capped_runs": runs.capped,
    }
    related = Pairs(
        chosen[np.concatenate([first[kept], runs.first[own]])],
        chosen[np.concatenate([second[kept], runs.second[own]])],
        np.concatenate([similarity[kept], np.zeros(len(own))]),
    )
    return related, counts


def _speakers(group_of: Ints, content: npt.NDArray[np.uint64]) -> Ints:
    """Return one text of each group, chosen and put in order by content and not by row."""
    order = np.lexsort((content, group_of))
    is_first = np.r_[True, np.diff(group_of[order]) > 0][: len(order)]
    speakers = order[is_first]
    ordered: Ints = speakers[np.argsort(content[speakers], kind="stable")]
    return ordered
