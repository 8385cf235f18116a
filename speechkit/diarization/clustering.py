"""Which stretches of speech belong to the same person: pyannote's clustering step, for turns.

pyannote's own step takes one vector for all that a local speaker says within 10 s. Where its
segmentation network took two people for one, that vector is a mixture, and nothing later can part
them. Here every run of speech is a unit of its own (`split_runs`), clustered by average linkage on
cosine distance; runs too short for a vector go with the other runs of their local speaker.

What all voices have in common is taken off first (`average`): a telephone adds the same to every
vector, so that strangers sound alike. Whether the last two groups are two people or one is asked
apart from the rest, with a prior for two: people who talk to each other for as long as one another
are two even where they sound alike, and a few odd runs of one person are not a second one.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from speechkit.audio.intervals import stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_NOBODY = -2  # what pyannote calls a unit that belongs to no speaker
# Above this many units, average linkage is computed on an even sample: 4,000 take 130 MB.
_MOST_LINKED = 4_000
# Who speaks for less than this share of all speech alone is no speaker, unless it is this long.
_LEAST_SHARE, _LONG_ENOUGH = 0.05, 4.0  # seconds
# How much farther apart two groups must be for each factor of e by which one speaks less than half.
_PER_SHARE = 0.15
_MOST_SPLIT = 30  # groups into which the tree is cut while two that speak enough are looked for


class RunClustering(msgspec.Struct, frozen=True, kw_only=True):
    """Called by pyannote's pipeline in place of its clustering.

    `threshold`: mean cosine distance up to which groups are merged (0–2). `pair_threshold`: the
    same for the last two, where both speak as long (`pair_limit`). `min_run`: seconds alone that a
    run must last to take part in the grouping. `min_speaker`: seconds alone that a group must speak
    to be a speaker. `average`: what the vectors of many people have in common, (dimension,), or
    nothing.
    """

    threshold: float
    pair_threshold: float
    min_run: float
    min_speaker: float
    window: float  # seconds of a window
    step: float  # seconds from one window to the next
    average: tuple[float, ...] = ()

    expects_num_clusters = False

    def __call__(
        self,
        embeddings: Floats,
        segmentations: Any,
        num_clusters: int | None = None,
        min_clusters: int | None = None,
        max_clusters: float | None = None,
        **_: Any,
    ) -> tuple[Ints, None, Floats]:
        """Embeddings (windows, units, dimension) → speaker per unit (windows, units), mean vectors.

        The mean of a speaker's unit vectors is shorter than 1, the more so the less alike they are:
        1 less the product of two means is the mean distance between two speakers' runs.
        """
        embeddings = self._without_average(embeddings)
        active = np.nan_to_num(segmentations.data)
        alone = active * (active.sum(axis=2, keepdims=True) == 1)
        frame = self.window / active.shape[1]
        seconds = alone.sum(axis=1) * frame
        # Windows overlap, so that each second is counted several times, less often at the ends.
        share = (alone / self._times_heard(*active.shape[:2])[:, :, None]).sum(axis=1) * frame
        valid = np.asarray(np.isfinite(embeddings).all(axis=2), dtype=np.bool_)
        most = 2**31 if max_clusters is None else int(min(max_clusters, 2**31))
        means = self._means(
            embeddings[valid],
            seconds[valid],
            share[valid],
            num_clusters or min_clusters or 1,
            num_clusters or most,
        )
        labels = np.full(valid.shape, _NOBODY, dtype=np.int64)
        directions = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-9)
        labels[valid] = (embeddings[valid] @ directions.T).argmax(axis=1)
        labels = _inherit(labels, active, valid)
        return labels, None, means

    def _without_average(self, embeddings: Floats) -> Floats:
        if not self.average:
            return embeddings
        rest = embeddings - np.array(self.average)
        return np.asarray(rest / np.maximum(np.linalg.norm(rest, axis=-1, keepdims=True), 1e-9))

    def _times_heard(self, num_windows: int, num_frames: int) -> Floats:
        """Return how many windows hear the moment of each frame: (windows, frames)."""
        starts = np.arange(num_windows)[:, None] * self.step
        moments = starts + (np.arange(num_frames)[None, :] + 0.5) * self.window / num_frames
        last = np.minimum(np.floor(moments / self.step), num_windows - 1)
        first = np.maximum(np.floor((moments - self.window) / self.step) + 1, 0)
        return np.asarray(np.maximum(1.0, last - first + 1))

    def _means(
        self, vectors: Floats, seconds: Floats, share: Floats, least: int, most: int
    ) -> Floats:
        """Return the mean vector of each speaker, between `least` and `most` if there can be."""
        if not len(vectors):
            return np.zeros((1, vectors.shape[1]))
        trained = seconds >= self.min_run
        if trained.sum() < least:  # short recordings: take what there is
            trained = seconds >= min(self.min_run, np.sort(seconds)[::-1][: max(least, 2)].min())
        vectors, share = vectors[trained], share[trained]
        if len(vectors) > _MOST_LINKED:
            sample = np.linspace(0, len(vectors) - 1, _MOST_LINKED).round().astype(int)
            vectors, share = vectors[sample], share[sample] * len(vectors) / _MOST_LINKED
        groups = _grouped(vectors, share, self, least, most)
        return np.stack([np.average(vectors[g], axis=0, weights=share[g]) for g in groups])


def pair_limit(pair_threshold: float, seconds: float, others: float) -> float:
    """Return the distance up to which two groups, all that is left, are one speaker.

    `seconds` and `others`: how long each speaks. One who speaks little must sound more different.

    >>> round(pair_limit(0.4, 30, 30), 2), round(pair_limit(0.4, 50, 10), 2)
    (0.4, 0.56)
    """
    share = min(seconds, others) / max(seconds + others, 1e-9)
    return pair_threshold - _PER_SHARE * math.log(2 * max(share, 1e-9))


def _grouped(
    vectors: Floats, seconds: Floats, asked: RunClustering, least: int, most: int
) -> list[Ints]:
    """Return groups of indices, each a speaker, the longest first.

    The tree is cut at the threshold; groups that speak too little are not speakers. If one is left, its
    two main parts may still be two. If there are fewer than `least` or more than `most`, the cut
    nearest in height that gives enough is taken.
    """
    if len(vectors) == 1:
        return [np.array([0])]
    enough = max(asked.min_speaker, min(_LEAST_SHARE * float(seconds.sum()), _LONG_ENOUGH))
    from scipy.cluster.hierarchy import fcluster, linkage

    tree = linkage(vectors, method="average", metric="cosine")
    heights = tree[:, 2]

    def cut(at: float, smallest: float, criterion: str = "distance") -> list[Ints]:
        labels = fcluster(tree, at, criterion=criterion)
        groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
        groups.sort(key=lambda g: (-seconds[g].sum(), int(g[0])))
        kept = [g for g in groups if seconds[g].sum() >= smallest]
        return kept or groups[:1]

    def apart(a: Ints, b: Ints) -> bool:
        means = [np.average(vectors[g], axis=0, weights=seconds[g] + 1e-9) for g in (a, b)]
        limit = pair_limit(asked.pair_threshold, float(seconds[a].sum()), float(seconds[b].sum()))
        return 1 - float(means[0] @ means[1]) > limit

    found = cut(asked.threshold, enough)
    if len(found) == 1 and most > 1:
        splits = (cut(k, enough, "maxclust") for k in range(2, min(len(vectors), _MOST_SPLIT) + 1))
        pair = next((groups[:2] for groups in splits if len(groups) > 1), None)
        if pair is not None and (least > 1 or apart(*pair)):
            found = pair
    if least <= len(found) <= most:
        return found
    # Between two heights nothing changes: try beside each merge, those near the threshold first.
    for smallest in (enough, 0.0):
        for height in sorted(heights, key=lambda h: (abs(h - asked.threshold), h)):
            for candidate in (height - 1e-9, height + 1e-9):
                groups = cut(candidate, smallest)
                if least <= len(groups) <= most:
                    return groups
    return cut(0.0, 0.0)[:most]


def _inherit(labels: Ints, active: Floats, valid: NDArray[np.bool_]) -> Ints:
    """Give units without a vector the speaker of the nearest unit in time of their window."""
    out = labels.copy()
    num_frames = active.shape[1]
    middle = (active * np.arange(num_frames)[None, :, None]).sum(axis=1)
    middle = middle / np.maximum(1, active.sum(axis=1))
    for window, unit in zip(*np.nonzero(~valid & (active.sum(axis=1) > 0)), strict=True):
        known = np.flatnonzero(valid[window])
        if len(known):
            nearest = known[np.abs(middle[window, known] - middle[window, unit]).argmin()]
            out[window, unit] = labels[window, nearest]
        else:
            out[window, unit] = 0  # who speaks most
    return out


def split_runs(active: Floats, *, min_gap: int, longest: int) -> Floats:
    """Make a unit of every run of speech: (windows, frames, speakers) → (windows, frames, units).

    Gaps below `min_gap` frames do not part a run; runs above `longest` frames are halved until
    they fit. Windows with fewer units than the fullest one are filled with silence.
    """
    windows = []
    for window in np.nan_to_num(active):
        units = []
        for speaker in window.T:
            for start, end in _runs(speaker > 0, min_gap):
                num_parts = -(-(end - start) // longest)
                edges = np.linspace(start, end, num_parts + 1).round().astype(int)
                for a, b in pairwise(edges.tolist()):
                    unit = np.zeros_like(speaker)
                    unit[a:b] = speaker[a:b]
                    units.append(unit)
        windows.append(units)
    most = max(1, *map(len, windows))
    out = np.zeros((*active.shape[:2], most), dtype=active.dtype)
    for index, units in enumerate(windows):
        for position, unit in enumerate(units):
            out[index, :, position] = unit
    return out


def _runs(mask: NDArray[np.bool_], min_gap: int) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for start, end in stretches(mask):
        if runs and start - runs[-1][1] < min_gap:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return runs
