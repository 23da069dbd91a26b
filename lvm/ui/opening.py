"""The way in: a file, or one of the simulated patients, of which the first page shows one; and links to these."""

import time

import streamlit as st

from lvm.cohort.examples import EXAMPLES, Example
from lvm.language import said, tr
from lvm.read import accepted
from lvm.ui.case import Case, current_case, file_error, refuse
from lvm.ui.frame import chart, colours, small
from lvm.ui.upload import open_example, upload_field
from lvm.ui.warm import FIRST_LOOK, FirstLook, warm

LINK = "example"  # in the address; never more than the name of a shipped case
_FOLLOWED = "link_followed"


def opening(case: Case | None) -> None:
    """Where an ECG is opened, folded while one is; why the last one could not be; before the first, what to expect."""
    if case is None:
        st.markdown(
            tr(
                "Estimates left-ventricular mass from one beat of a 12-lead ECG, says how sure it is, and shows where "
                "the network was sensitive."
            )
        )
    with st.expander(tr("Open an ECG") if case is None else tr("Open another ECG"), expanded=case is None):
        from_file, simulated = st.columns([2, 3], gap="large")
        with from_file:
            upload_field(accepted())
            note = tr(
                "A file that turns red is too large and was not read. The file stays in the memory of this session; "
                "names and other facts that identify the patient are not kept."
            )
            small(note)
        with simulated:
            st.markdown(tr("Or try a simulated patient:"))
            simulates = tr("Simulated: ")
            for example in EXAMPLES:
                st.button(
                    f"{_number(example)}: {tr(example.label).removeprefix(simulates)}",
                    key=example.key,
                    help=tr(example.description),
                    on_click=_clicked,
                    args=(example,),
                    width="stretch",
                )
            _links()
    error = file_error()
    if error:
        st.error(tr(error))
    elif case is None:
        _first_look()


def follow_link() -> None:
    """Open the simulated patient that the address names, once a session."""
    name = st.query_params.get(LINK)
    if name is None or current_case() is not None or st.session_state.get(_FOLLOWED):
        return
    st.session_state[_FOLLOWED] = True
    example = next((e for e in EXAMPLES if e.key == name), None)
    if example is None:
        refuse(said("The link names no simulated patient that there is. They are listed above."))
    else:
        _open(example)


def _clicked(example: Example) -> None:
    st.query_params.clear()  # the address may name another one
    _open(example)


def _open(example: Example) -> None:
    label = said("Simulated patient {number}", number=_number(example))
    open_example(
        example.data(), label, said("{label}. {description}", label=example.label, description=example.description)
    )


def _number(example: Example) -> int:
    return EXAMPLES.index(example) + 1


def _links() -> None:
    """Addresses that open a simulated patient, to pass on: there is none for a file."""
    with st.popover(tr("Links to these patients"), icon=None, type="tertiary"):
        st.markdown(tr("Whoever opens such a link sees this patient, on any page:"))
        page = (st.context.url or "").split("?")[0]
        st.code("\n".join(f"{page}?{LINK}={example.key}" for example in EXAMPLES), language=None)


def _first_look() -> None:
    """A shipped case as soon as it is computed: what the user may expect."""
    loading, place = warm(), st.empty()
    while (
        loading.first_look is None and loading.is_alive()
    ):  # looks again and again, so that a file that is dropped meanwhile is not kept waiting
        what = tr("Loading the networks and a simulated patient …")
        place.progress(0.5, f":small[{what}]")
        time.sleep(0.1)
    if loading.first_look is None:  # no weights: the other pages say so
        place.empty()
    else:
        with place.container(border=True):
            _shown(loading.first_look)


def _shown(look: FirstLook) -> None:
    from lvm.show import heatmap, words
    from lvm.show.explained import SENSITIVE

    example = next(e for e in EXAMPLES if e.key == FIRST_LOOK)
    beat = look.analysis.chosen
    if beat is None:
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(
            tr(
                "**Simulated patient {number}: LV mass {mass}.** Colour: where the network was sensitive on this beat.",
                number=_number(example),
                mass=words.mass(look.estimate),
            ),
            width="content",
        )
        st.button(tr("Open this patient"), key="open-first-look", on_click=_clicked, args=(example,))
    chart(
        heatmap.heatmap(look.analysis, beat, look.explanation, look.slopes, colours()),
        key="first_look",
        alt=heatmap.described(look.explanation, beat),
    )
    small(tr(SENSITIVE))
