"""A small made-up evaluation: what the pages and files of one are tested with."""

import numpy as np

from lvm import paper
from lvm.evaluation import Block, Evaluation, Kind, Points, Table
from lvm.recording import Sex

ODD = "a | b <i> *c* [d](http://e.f) $g$"


def points(sex: Sex = "male", system: str = "Model 2", n: int = 60) -> Points:
    """Estimates that hold half of what the true masses differ by, and are 2 g too heavy on average."""
    truth = np.linspace(80, 180, n)
    noise = np.where(np.arange(n) % 2, 5.0, -5.0)
    return Points(sex, system, tuple(0.5 * truth + 67 + noise), tuple(truth))


def evaluation(kind: Kind = "cohort") -> Evaluation:
    ours = Block(
        kind,
        ("Inputs", "Mean absolute error", "Against the row above, P"),
        (
            ("Age, sex and body size", "16.38 ± 0.44 g", "–"),
            ("Model 2", "14.60 ± 0.71 g", "< 0.01"),
            ("Best possible", "13.10 ± 0.40 g", ODD),
        ),
        f"Made up. {ODD}",
    )
    real = Block("real", ("Inputs", "AUC"), (("Model 2", "0.93 (0.89–0.96)"),))
    return Evaluation(
        "Made up for a test",
        kind,
        {"Recordings": "120, 60 of men", "Folds": "five"},
        (
            Table("Table 2", "What each set of inputs adds", (paper.TABLE_2, ours, real)),
            Table("Beat", "What a beat adds", (ours,)),
        ),
        tuple(points(sex, system) for system in ("Model 2", "LVM-AI <own>") for sex in ("female", "male")),
    )
