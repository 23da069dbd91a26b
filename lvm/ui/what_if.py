"""The what-if panel on the page LV mass: runs again by itself, and changes nothing but its own answer."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from lvm.errors import WeightsError
from lvm.language import tr
from lvm.ui.case import Case, current_case, waves_of
from lvm.ui.frame import chart, colours, small, table
from lvm.ui.language import fragment, language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamlit.delta_generator import DeltaGenerator

    from lvm.estimate import Estimate
    from lvm.what_if import Changes

_RESETS = "what-if-resets"  # counted, since each makes the widgets anew


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
            show.of_limit(answer, estimate, changes),
            delta_color="off",
            delta_arrow="off",
        )
        if show.against(estimate):
            small(f"**{show.against(estimate)}**")
        table(show.effects(estimate, changes, answer), show.described(estimate, changes, answer))
        st.button(
            tr("Back to the patient’s values"),
            key=f"what-if-reset-{case.number}",
            icon=":material/undo:",
            on_click=_forget,
            disabled=not changes.singly(),
        )
    after_mv = changed(window.mv, spans, changes)
    with below:
        chart(
            asked_beat.asked_beat(window.mv, after_mv, changes, colours()),
            key="what-if-beat",
            alt=asked_beat.described(window.mv, after_mv, changes),
            config={"staticPlot": True},
        )
        small(tr(asked_beat.HOW_TO_READ))


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
    """What is asked and can be. What is as the patient is by now was asked for the last time, and does not return."""
    from lvm.show.what_if import offered
    from lvm.what_if import Changes

    changes, numbers = case.what_if or Changes(), {control.name: control for control in offered(estimate)}
    asked: dict[str, Any] = {}
    for name, of in estimate.inputs.items():
        value = getattr(changes, name)
        if value is not None and of.value is not None and name in numbers:
            low, high = numbers[name].ends(float(of.value))  # they follow the patient: it may lie outside by now
            value = min(max(value, low), high)
        asked[name] = None if value == of.value else value
    changes = replace(changes, **asked)
    case.what_if = changes if changes.singly() else None
    can = numbers.keys() | ({"sex"} if not one_sex else set())
    cannot: dict[str, Any] = {name: None for name in asked if name not in can}
    cannot |= {f"{wave}_gain": 1.0 for wave, between in spans.items() if between is None}
    return replace(changes, **cannot)


def _fields(
    case: Case, estimate: "Estimate", changes: "Changes", spans: "Mapping[str, object]", one_sex: str
) -> "DeltaGenerator":
    """The fields; returns the place below the shorter column."""
    from lvm.net.config import BODY
    from lvm.recording import LEADS
    from lvm.show import what_if as show

    numbers = {control.name: control for control in show.offered(estimate)}

    def key(name: str, *of: object) -> dict[str, Any]:
        """For a widget that is never set: where something else than the user moves it, it is another, which begins
        anew. What a widget is set to is lost where the next key press cuts that run short, or takes that press back.
        In another language it is another too: the browser knows the leads by their words.
        """
        found = "-".join(map(str, ("what-if", name, case.number, language(), st.session_state.get(_RESETS, 0), *of)))
        return {"key": found, "on_change": _ask, "args": (name, found)}

    def number(name: str) -> None:
        start = estimate.inputs[name].value
        if name in numbers and start is not None:
            control, begin, asked = numbers[name], float(start), getattr(changes, name)
            now = begin if asked is None else float(asked)
            digits = "%.0f" if begin.is_integer() and now.is_integer() else "%.1f"
            help_ = control.help and tr(control.help)
            more = key(name, begin)
            st.slider(tr(control.label), *control.ends(begin), now, step=1.0, format=digits, help=help_, **more)

    def gain(wave: str, label: str, low: float, about: str) -> None:
        lost = spans[wave] is None
        help_ = tr(show.NO_WAVE if lost else about)
        now, more = float(getattr(changes, f"{wave}_gain")), key(f"{wave}_gain", lost)
        st.slider(tr(label), low, 2.0, now, step=0.05, format="× %.2f", disabled=lost, help=help_, **more)

    left, right = st.columns(2, gap="medium")
    with left:
        begin = estimate.inputs["sex"].value
        st.segmented_control(
            tr(show.SEX),
            ("male", "female"),
            default=changes.sex or begin,
            required=True,
            format_func=tr,
            disabled=bool(one_sex),
            help=one_sex or tr(show.SEX_HELP),
            **key("sex", begin, bool(one_sex)),
        )
        for name in BODY:
            number(name)
        leads = (show.NO_LEAD, *LEADS)
        lead, help_ = leads.index(changes.without_lead or show.NO_LEAD), tr(show.LEAD_HELP)
        st.selectbox(tr(show.LEAD), leads, lead, format_func=tr, help=help_, **key("without_lead"))
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
        st.session_state[_RESETS] = st.session_state.get(_RESETS, 0) + 1
