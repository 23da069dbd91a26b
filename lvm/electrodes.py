"""Leads against each other: copies, limb leads that break Einthoven's law, electrodes in each other's place.

What a limb electrode in another's place does, with III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2 and
aVF = II - I / 2 of the new I and II; N is the neutral electrode on the right leg, where the potential is nearly that of
the left leg:

    RA-LA  I' = -I    II' = III                           RA-N  I' = -III  II' = 0     V' = V - II / 3
    RA-LL  I' = -III  II' = -II                           LA-N  I' = II    III' = 0    V' = V - III / 3
    LA-LL  I' = II    II' = I    (looks like another normal ECG: not looked for)

I and II normally run as V5 and V6 do, in the P wave, the QRS and the T wave alike; who turns one of them over by
exchanging electrodes turns all three waves over, who does it by disease seldom does. Chest leads change their shape
step by step from V1 to V6: two in each other's place make the way through all six longer.
"""

from collections.abc import Container
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from lvm.beats import INDEPENDENT
from lvm.clean import SAMPLING_RATE_HZ
from lvm.language import mark, said
from lvm.quality_issue import Issue, named
from lvm.quality_lead import BEFORE_R, QRS, MedianBeat
from lvm.recording import LEADS, LIMB, PRECORDIAL, Signal

_Array = NDArray[np.float64]

_OF_I_AND_II = np.array([[1, 0], [0, 1], [-1, 1], [-0.5, -0.5], [1, -0.5], [-0.5, 1]])  # rows as in LIMB
_MISFIT, _MISFIT_MV = 0.06, 0.01  # root mean square, of the limb leads' own; largest in real files 0.012
_FITS = 0.25  # of the misfit, where what remains without the odd lead counts as fitting
_COPY = 0.01  # difference of their own size; nearest leads in PTB-XL 0.04

_P = slice(0, BEFORE_R - int(0.064 * SAMPLING_RATE_HZ))
_WHOLE_QRS = slice(BEFORE_R - int(0.07 * SAMPLING_RATE_HZ), QRS.stop)
_T = slice(BEFORE_R + int(0.11 * SAMPLING_RATE_HZ), None)
_OPPOSITE, _T_NOT_ALIKE = -0.2, 0.3
_LEAST_P_MV = 0.02
_ALMOST_FLAT = {"II": 0.2, "III": 0.1}  # of the tallest limb lead; least in PTB-XL 0.29 and 0.13
_LIMB_MV = 0.2  # least height of the tallest limb lead, for anything to be said

_EXCHANGED: dict[tuple[str, ...], str] = {
    ("I",): mark("The arm electrodes look swapped: I is upside down against V5 and V6. Record again."),
    ("II",): mark(
        "The right arm and left leg electrodes look swapped: II is upside down against V5 and V6. Record again."
    ),
    ("I", "II"): mark("The limb electrodes look swapped: I and II are upside down against V5 and V6. Record again."),
}

_EXCHANGES = tuple(combinations(range(len(PRECORDIAL)), 2))
_SHORTER, _MUCH_SHORTER = 0.9, 0.7  # way from V1 to V6 with two exchanged, of that as they are
# PTB-XL: logarithm of the QRS height to the median chest lead's, its median, and how far off that leads are at most
_USUAL_LOG_RATIO = np.array([-0.15, 0.04, 0.04, 0.06, 0.0, -0.10])
_TALL_LOG_RATIO, _SMALL_LOG_RATIO = 0.6, -0.9  # 0.45, -0.80


def copies(cleaned_mv: Signal, flat: tuple[str, ...]) -> list[Issue]:
    """Measured leads that are the same signal, upright or upside down.

    I and II alone are left to the other checks: they are alike where III is flat, which has other causes.
    """
    rows = [row for row in INDEPENDENT if LEADS[row] not in flat]
    leads = cleaned_mv[rows].astype(np.float64)
    products = leads @ leads.T
    energy = np.diag(products)
    apart = energy[:, None] + energy - 2 * np.abs(products)
    same = apart < _COPY**2 * np.maximum(energy[:, None], energy)
    np.fill_diagonal(same, True)
    if same.all() and len(rows) > 2:
        what = said("All leads are the same signal: a calibration or test signal, not an ECG.")
        return [Issue(what, (), True)]
    alike = tuple(LEADS[row] for row, found in zip(rows, same.sum(axis=1) > 1, strict=True) if found)
    if not alike or alike == ("I", "II"):
        return []
    what = said(
        "The same signal is stored more than once: {leads}. Export the ECG again from the source.", leads=named(alike)
    )
    return [Issue(what, alike, True)]


def limb_leads_that_disagree(network_mv: Signal, derived: tuple[str, ...], flat: tuple[str, ...]) -> list[Issue]:
    """Stored limb leads that cannot all come from one I and II: the odd one, or two in each other's place."""
    rows = [row for row, lead in enumerate(LIMB) if lead not in derived and lead not in flat]
    if len(rows) < 3:
        return []
    basis, count = _OF_I_AND_II[rows], network_mv.shape[1]
    products = _typical_second(network_mv[rows], basis)
    misfit = _misfit(basis, products)
    size_mv = np.sqrt(misfit / min(count, SAMPLING_RATE_HZ) / len(rows))
    if misfit <= _MISFIT**2 * np.trace(products) or size_mv < _MISFIT_MV:
        return []
    leads = tuple(LIMB[row] for row in rows)
    every = list(range(len(rows)))
    without = {k: [i for i in every if i != k] for k in every if len(rows) > 3}
    left = {k: _misfit(basis[rest], products[np.ix_(rest, rest)]) for k, rest in without.items()}
    odd = min(left, key=lambda k: left[k], default=None)
    if odd is not None and left[odd] < _FITS**2 * misfit:
        return [_odd_one(leads, odd, basis, products)]
    for i, j in combinations(every, 2):
        order = every.copy()
        order[i], order[j] = j, i
        if len(rows) > 3 and _misfit(basis, products[np.ix_(order, order)]) < _FITS**2 * misfit:
            pair = (leads[i], leads[j])
            what = said("{leads} are stored in each other's place. Export the ECG again.", leads=named(pair))
            return [Issue(what, pair, True)]
    if leads == LIMB:
        what = said("The limb leads do not fit each other as II = I + III demands. Record again.")
    else:
        what = said("{leads} do not fit each other as II = I + III demands. Record again.", leads=named(leads))
    return [Issue(what, leads, True)]


def _typical_second(limb_mv: Signal, basis: _Array) -> _Array:
    """(k, k) products of limb leads in the second in which they misfit no more and no less than usually."""
    width = min(SAMPLING_RATE_HZ, limb_mv.shape[1])
    seconds = limb_mv.shape[1] // width
    cut = limb_mv[:, : seconds * width].astype(np.float64).reshape(len(limb_mv), seconds, width).swapaxes(0, 1)
    cut = cut - cut.mean(axis=2, keepdims=True)
    products = cut @ cut.swapaxes(1, 2)  # (seconds, k, k)
    share = [_misfit(basis, one) / max(float(np.trace(one)), 1e-12) for one in products]
    typical: _Array = products[np.argsort(share)[seconds // 2]]
    return typical


def _misfit(basis: _Array, products: _Array) -> float:
    """Squared distance, summed over samples, of leads with these products to what any I and II could make of them."""
    return max(0.0, float(np.trace(products) - np.trace(np.linalg.pinv(basis) @ products @ basis)))


def _odd_one(leads: tuple[str, ...], odd: int, basis: _Array, products: _Array) -> Issue:
    rest = [i for i in range(len(leads)) if i != odd]
    weights = basis[odd] @ np.linalg.pinv(basis[rest])  # what the other leads make of it
    expected, own = weights @ products[np.ix_(rest, rest)] @ weights, products[odd, odd]
    shared = products[odd, rest] @ weights
    alike, gain = shared / max(np.sqrt(expected * own), 1e-12), shared / max(expected, 1e-12)
    lead = leads[odd]
    if abs(alike) < 0.9:
        what = said("{lead} does not fit the other limb leads. Record again, or correct the file.", lead=lead)
    elif gain < 0:
        what = said("{lead} is upside down against the other limb leads. Record again, or correct the file.", lead=lead)
    else:
        what = said(
            "{lead} is {gain:.2g} times as tall as the other limb leads make it. Record again, or correct the file.",
            lead=lead,
            gain=float(gain),
        )
    return Issue(what, (lead,), True)


def limb_electrodes(beat: MedianBeat) -> list[Issue]:
    """Arm and leg electrodes that look exchanged, from the median beat; LA-LL cannot be seen."""
    mv = beat.mv
    height = np.ptp(mv, axis=1)
    i, ii, iii = (LEADS.index(lead) for lead in ("I", "II", "III"))
    tallest = height[[i, ii, iii]].max()
    if tallest < _LIMB_MV:
        return []
    right = said("II is almost flat: the right arm and right leg electrodes look swapped. Record again.")
    left = said("III is almost flat: the left arm and right leg electrodes look swapped. Record again.")
    for lead, row, same, what in (("II", ii, mv[i] + mv[iii], right), ("III", iii, mv[ii] - mv[i], left)):
        if max(height[row], np.ptp(same)) < _ALMOST_FLAT[lead] * tallest:  # else the lead itself is lost
            return [Issue(what, (lead,), True)]
    lateral = mv[LEADS.index("V5")] + mv[LEADS.index("V6")]
    turned = tuple(lead for lead, row in (("I", i), ("II", ii)) if _upside_down(mv[row], lateral))
    if not turned:
        return []
    return [Issue(said(_EXCHANGED[turned]), turned, True)]


def _upside_down(lead: _Array, lateral: _Array) -> bool:
    """Whether P, QRS and T run against V5 and V6, the QRS mainly down and theirs mainly up."""
    p, p_lateral = lead[_P], lateral[_P]
    return bool(
        _mainly_down(lead)
        and not _mainly_down(lateral)
        and min(np.ptp(p), np.ptp(p_lateral)) >= _LEAST_P_MV
        and _alike(p, p_lateral) < _OPPOSITE
        and _alike(lead[_WHOLE_QRS], lateral[_WHOLE_QRS], centre=False) < _OPPOSITE
        and _alike(lead[_T], lateral[_T]) < _T_NOT_ALIKE
    )


def _mainly_down(lead: _Array) -> bool:
    return bool(-lead[_WHOLE_QRS].min() > lead[_WHOLE_QRS].max())


def _alike(one: _Array, other: _Array, centre: bool = True) -> float:
    """Cosine of two waves, from their own means if `centre`: 1 is the same shape, -1 the same upside down."""
    if centre:
        one, other = one - one.mean(), other - other.mean()
    return float(one @ other) / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-12)


def chest_gain(beat: MedianBeat, flat: tuple[str, ...]) -> list[Issue]:
    """A chest lead with a gain of its own: its QRS far taller or smaller than the median chest lead's."""
    if set(PRECORDIAL) & set(flat):
        return []
    height = np.log10(np.maximum(beat.qrs_mv[len(LIMB) :], 1e-4))
    ratio = height - np.median(height)
    off = ratio - _USUAL_LOG_RATIO
    odd = int(np.where(off > 0, off / _TALL_LOG_RATIO, off / _SMALL_LOG_RATIO).argmax())
    if _SMALL_LOG_RATIO <= off[odd] <= _TALL_LOG_RATIO:
        return []
    lead, times = PRECORDIAL[odd], 10 ** ratio[odd]
    what = said(
        "The QRS in {lead} is {times:.2g} times as tall as in the median chest lead: check its gain.",
        lead=lead,
        times=float(times),
    )
    return [Issue(what, (lead,), True)]


def chest_order(beat: MedianBeat, doubtful: Container[str]) -> list[Issue]:
    """Two chest leads that look exchanged; nothing where one of them is doubtful for another reason."""
    mv = beat.mv[len(LIMB) :]
    size = np.linalg.norm(mv, axis=1)
    if size.min() <= 0:
        return []
    step = 1 - (mv @ mv.T) / np.outer(size, size)  # (6, 6) from lead to lead, whatever their heights
    as_is = _way(step, tuple(range(len(PRECORDIAL))))
    ways = {pair: _way(step, _exchanged(pair)) for pair in _EXCHANGES}
    best = min(ways, key=lambda pair: ways[pair])
    pair = tuple(PRECORDIAL[k] for k in best)
    if ways[best] >= _SHORTER * as_is or any(lead in doubtful for lead in pair):
        return []
    what = said(
        "The electrodes of {leads} may be swapped: exchanged, they fit their neighbours better.", leads=named(pair)
    )
    return [Issue(what, pair, ways[best] < _MUCH_SHORTER * as_is)]


def _exchanged(pair: tuple[int, int]) -> tuple[int, ...]:
    order = list(range(len(PRECORDIAL)))
    order[pair[0]], order[pair[1]] = pair[1], pair[0]
    return tuple(order)


def _way(step: _Array, order: tuple[int, ...]) -> float:
    return float(sum(step[a, b] for a, b in pairwise(order)))
