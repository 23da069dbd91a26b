"""The methods by name, a row each: what a page says of them, and what they compute."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lvm.explain import cells, gradients
from lvm.explain.subject import Attribution, Subject
from lvm.language import mark, said
from lvm.weights import FLAT_LINE

PER_MV, GRAMS, RELATIVE = "g per mV", "g", ""

# Values below this part of a map's largest count as zero in the shares. The paper cut small scores off, by a rule that
# it does not give: 42 of the 90 cells of its Tables 5 and 6 are 0.0 %, and QRS has 74 %. Of our gradients, over draws
# of five recordings of each third of a cohort of 1,459, those below a quarter of the largest have to go for so many
# empty cells, which leaves QRS 97 %, and those below 0.08 of it for that share of QRS, which leaves 1 cell empty; .15
# lies between: 17 cells, 89 %. A map in grams is small where the ECG is, and has QRS at 88 to 93 % with none cut off:
# a hundredth empties every other cell of a single ECG, and leaves QRS 97 %.
CUT_OFF, CUT_OFF_GRAMS = 0.15, 0.01


@dataclass(frozen=True)
class Method:
    """sentence : what it asks, in a clinician's words. unit : of its map. flat : whether its grams count from a flat
    line, and not from the bundle's baseline. by_cells : whether it asks about segments in lead groups, not samples."""

    key: str
    name: str
    sentence: str
    unit: str
    signed: bool
    flat: bool
    by_cells: bool
    attribute: Callable[[Subject], Attribution] = field(repr=False)

    @property
    def cut_off(self) -> float:
        """Its default."""
        return CUT_OFF_GRAMS if self.unit == GRAMS else CUT_OFF

    def baseline_name(self, subject: Subject) -> str | None:
        """From where its grams count; None where it gives none."""
        if self.unit == RELATIVE:
            return None
        return FLAT_LINE if self.flat else subject.baseline.name


_ROWS = (
    Method(
        "gradient",
        mark("Gradient"),
        mark("The paper’s: by how many grams would the estimate move if this one sample were a millivolt higher?"),
        PER_MV,
        True,
        True,
        False,
        gradients.gradient,
    ),
    Method(
        "smoothgrad",
        mark("SmoothGrad"),
        said(
            "By how many grams would the estimate move if this one sample were a millivolt higher? The mean over "
            "{copies} copies of the beat with a little noise, {uv:.0f} µV, so that it is less speckled than the "
            "gradient.",
            copies=gradients.SMOOTH_SAMPLES,
            uv=gradients.SMOOTH_SD_MV * 1000,
        ),
        PER_MV,
        True,
        True,
        False,
        gradients.smoothgrad,
    ),
    Method(
        "gradient-x-input",
        mark("Gradient × input"),
        mark("The gradient times the voltage itself: what is large on the paper counts more."),
        GRAMS,
        True,
        True,
        False,
        gradients.gradient_x_input,
    ),
    Method(
        "integrated-gradients",
        mark("Integrated gradients"),
        mark(
            "How each sample carries the estimate from the average patient’s to this one; the samples add up to the "
            "difference in grams."
        ),
        GRAMS,
        True,
        False,
        False,
        gradients.integrated_gradients,
    ),
    Method(
        "grad-cam",
        mark("Grad-CAM"),
        mark(
            "When, in each lead group, the network’s last layer was active in favour of a larger mass: coarse, a "
            "little late, the same in all leads of a group, and without grams."
        ),
        RELATIVE,
        False,
        False,
        False,
        gradients.grad_cam,
    ),
    Method(
        "occlusion",
        mark("Occlusion"),
        mark("By how many grams does the estimate fall if this segment is replaced by the average patient’s?"),
        GRAMS,
        True,
        False,
        True,
        cells.occlusion,
    ),
    Method(
        "shapley",
        mark("Shapley values"),
        mark(
            "Each segment’s and each patient value’s fair part, in grams, of the way from the average patient’s "
            "estimate to this one, over every order in which they could be exchanged; they add up."
        ),
        GRAMS,
        True,
        False,
        True,
        cells.shapley,
    ),
)  # fmt: skip
METHODS = {method.key: method for method in _ROWS}
