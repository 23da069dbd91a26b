"""An evaluation on the screen: each kind of figures in a frame of its own, and the plots of one system at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from lvm import weights
from lvm.errors import EvaluationError
from lvm.evaluation import Block, Evaluation, Table, read
from lvm.kinds import KINDS, Kind, Words
from lvm.language import tr
from lvm.show import agreement, evaluation
from lvm.show.card_values import plain, translated
from lvm.ui.frame import chart, colours, picked, small, table
from lvm.written import told

# Beside the heading that tells them apart, an icon and a colour for each kind of figures.
MARKS: dict[Kind, dict[str, Any]] = {
    "paper": {"icon": ":material/menu_book:", "divider": "blue"},
    "cohort": {"icon": ":material/calculate:", "divider": "orange"},
    "simulated": {"icon": ":material/science:", "divider": "gray"},
    "own": {"icon": ":material/person:", "divider": "green"},
    "real": {"icon": ":material/ecg:", "divider": "violet"},
}


def evaluated(folder: str, otherwise: str) -> Evaluation | None:
    """What an evaluation left under weights/, with how it was made; where there is none, what stands there instead."""
    try:
        found = read(weights.FOLDER / folder)
    except EvaluationError as error:
        st.error(plain(tr(error.args[0])))
        return None
    if found is None:
        st.info(otherwise)
        return None
    st.markdown(f"**{translated(found.title)}**")
    if found.made:
        with st.expander(tr("How it was made")):
            table(evaluation.made(found), tr("How it was made: {title}", title=told(found.title)))
    return found


def tables(by_label: dict[str, Table], key: str) -> None:
    """The blocks of the table that the user chooses, one under the other."""
    if not by_label:
        return
    chosen = by_label[picked(tr("Table"), list(by_label), key, lambda label: evaluation.label(by_label[label]))]
    for block in chosen.blocks:
        _block(block, evaluation.label(chosen))


@contextmanager
def _framed(kind: Kind, words: Words) -> Iterator[None]:
    """A frame whose heading and words say whose figures are in it."""
    with st.container(border=True):
        st.subheader(tr(words.heading), anchor=False, **MARKS[kind])
        st.markdown(tr(words.beside))
        yield


def _block(block: Block, name: str) -> None:
    with _framed(block.kind, block.words):
        table(evaluation.frame(block), tr("{table}. {whose}", table=name, whose=block.words.heading))
        if block.note:
            small(translated(block.note))


def plots(found: Evaluation, key: str) -> None:
    """Bland-Altman and calibration of the system that the user chooses, men beside women."""
    by_system = evaluation.by_system(found)
    if not by_system:
        st.markdown(tr("No estimates of single ECGs are kept with it."))
        return
    with _framed(found.kind, KINDS[found.kind]):
        system = picked(tr("System"), list(by_system), f"{key}_system", told)
        parts = by_system[system]
        for heading, draw, describe in (
            (evaluation.BLAND_ALTMAN, agreement.bland_altman, agreement.bland_altman_described),
            (evaluation.CALIBRATION, agreement.calibration, agreement.calibration_described),
        ):
            st.markdown(f"**{tr(heading)}**")
            chart(
                draw(parts, colours()),
                key=f"{key}_{draw.__name__}",
                alt=tr("{plot}, {system}. {described}", plot=heading, system=told(system), described=describe(parts)),
            )
            st.markdown(describe(parts))
        small(tr(evaluation.HOW_TO_READ))
