"""The what-if panel on the page LV mass: runs again by itself, and changes nothing but its own answer."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from lvm.errors import WeightsError
from lvm.language import tr
from lvm.ui.case import Case, current_case, waves_of
from lvm.ui.frame import CHART, colours
from lvm.ui.language import fragment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamlit.delta_generator import DeltaGenerator

    from lvm.estimate import Estimate
    from lvm.what_if import Changes


@fragment
def what_if(case: Case, estimate: "Estimate") -> None:
    """Fields that begin at the patient's values, and beside them the answer. Only where there is an estimate."""
    from lvm.show import asked_beat, words
    from lvm.show import what_if as show
    from lvm.what_if import ask, changed, span

    if case.beat is None or estimate.lvm_g is None:
        return
    window, r, waves = case.analysis.window(case.beat), case.analysis.beats[case.beat].r, waves_of(case, case.beat)
    spans = {wave: span(waves, wave, r, window) for wave in ("qrs", "t")}
    one_sex = _why_one_sex(estimate)
    changes = _asked(case, estimate, spans, one_sex)
    asked, answered = st.columns([1.4, 1], gap="large")
    with asked:
        below = _fields(case, estimate, changes, spans, one_sex)
    with answered:
        answer = ask(estimate, changes, window, spans)
        grams, index = st.columns(2)
        grams.metric(
            tr("LV mass, if so"),
            words.number(answer.lvm_g, "g"),
            words.signed(answer.effect_g),
            delta_color="off",
            delta_arrow="off",
            delta_description=show.instead_of(estimate),
        )
        index.metric(
            tr("Index, if so"),
            words.number(answer.lvmi_g_m2, "g/m²"),
            show.of_limit(answer),
            delta_color="off",
            delta_arrow="off",
        )
        if show.against(estimate):
            st.markdown(f":small[**{show.against(estimate)}**]")
        st.table(
            show.effects(estimate, changes, answer),
            hide_index=True,
            border="horizontal",
            alt=show.described(estimate, changes, answer),
        )
        st.button(
            tr("Back to the patient’s values"),
            key=f"what-if-reset-{case.number}",
            icon=":material/undo:",
            on_click=_forget,
            disabled=not changes.singly(),
        )
    after_mv = changed(window.mv, spans, changes)
    below.plotly_chart(
        asked_beat.asked_beat(window.mv, after_mv, changes, colours()),
        theme=None,
        config=CHART | {"staticPlot": True},
        key="what-if-beat",
        alt=asked_beat.described(window.mv, after_mv, changes),
    )
    below.markdown(f":small[{tr(asked_beat.HOW_TO_READ)}]")


def _why_one_sex(estimate: "Estimate") -> str:
    """Why the other sex cannot be asked about; "" where it can."""
    from lvm.show.what_if import NO_SEX
    from lvm.what_if import network_for

    card = estimate.card
    if card is None or (len(card.sexes) > 1 and "sex" not in card.config.scalars):
        return tr(NO_SEX)
    try:
        network_for(card, "female" if estimate.inputs["sex"].value == "male" else "male")
    except WeightsError as error:
        return tr(error.args[0])
    return ""


def _asked(case: Case, estimate: "Estimate", spans: "Mapping[str, object]", one_sex: str) -> "Changes":
    """What is asked and can be, as far as it differs from the patient as he is on the page now."""
    from lvm.show.what_if import offered
    from lvm.what_if import Changes

    changes = case.what_if or Changes()
    can = {control.name for control in offered(estimate)} | ({"sex"} if not one_sex else set())
    kept: dict[str, Any] = {
        n: None for n, of in estimate.inputs.items() if n not in can or getattr(changes, n) == of.value
    }
    kept |= {f"{wave}_gain": 1.0 for wave, between in spans.items() if between is None}
    return replace(changes, **kept)


def _fields(
    case: Case, estimate: "Estimate", changes: "Changes", spans: "Mapping[str, object]", one_sex: str
) -> "DeltaGenerator":
    """The fields; returns the place below the shorter column."""
    from lvm.net.config import BODY
    from lvm.recording import LEADS
    from lvm.show import what_if as show

    numbers = {control.name: control for control in show.offered(estimate)}

    def field(kind: "Callable[..., object]", name: str, label: str, value: object, *args: object, **more: Any) -> None:
        key = f"what-if-{name}-{case.number}"
        if st.session_state.get(key) != value:  # what is set anew here takes back what was moved in the meantime
            st.session_state[key] = value
        kind(tr(label), *args, key=key, on_change=_ask, args=(name, key), **more)

    def number(name: str) -> None:
        start = estimate.inputs[name].value
        if name in numbers and start is not None:
            control, begin, asked = numbers[name], float(start), getattr(changes, name)
            now = begin if asked is None else float(asked)
            low, high = control.ends(begin, now)
            digits = "%.0f" if begin.is_integer() else "%.1f"
            help_ = control.help and tr(control.help)
            field(st.slider, name, control.label, now, low, high, step=1.0, format=digits, help=help_)

    def gain(wave: str, label: str, low: float, about: str) -> None:
        lost = spans[wave] is None
        help_ = tr(show.NO_WAVE if lost else about)
        now = float(getattr(changes, f"{wave}_gain"))
        field(st.slider, f"{wave}_gain", label, now, low, 2.0, step=0.05, format="× %.2f", disabled=lost, help=help_)

    left, right = st.columns(2, gap="medium")
    with left:
        sex = changes.sex or estimate.inputs["sex"].value
        help_ = one_sex or tr(show.SEX_HELP)
        both = ("male", "female")
        field(st.segmented_control, "sex", show.SEX, sex, both, format_func=tr, disabled=bool(one_sex), help=help_)
        for name in BODY:
            number(name)
        lead, leads = changes.without_lead or show.NO_LEAD, (show.NO_LEAD, *LEADS)
        field(st.selectbox, "without_lead", show.LEAD, lead, leads, format_func=tr, help=tr(show.LEAD_HELP))
        below = st.container()
    with right:
        gain("qrs", show.QRS_AMPLITUDE, 0.5, show.QRS_HELP)
        gain("t", show.T_WAVE, -1.0, show.T_HELP)
        for name in numbers:
            if name not in BODY:
                number(name)
    return below


def _ask(name: str, key: str) -> None:
    """Callback of a field."""
    from lvm.show.what_if import NO_LEAD
    from lvm.what_if import Changes

    case = current_case()
    if case is not None:
        value = st.session_state[key]
        asked: dict[str, Any] = {name: None if value == NO_LEAD else value}
        case.what_if = replace(case.what_if or Changes(), **asked)


def _forget() -> None:
    case = current_case()
    if case is not None:
        case.what_if = None
