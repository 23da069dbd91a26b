"""What the installed networks are, on what they were trained, and how that compares with the paper."""

import streamlit as st

from lvm import segmenter
from lvm.errors import LvmError
from lvm.show import cards, paper_results, words
from lvm.weights import cards as installed

st.title("Models")
try:
    bundles = installed()
except LvmError as error:
    st.error(str(error))
    st.stop()
st.info(words.TRAINED_ON)

places = st.columns(2, gap="medium")
for i, card in enumerate(bundles):
    with places[i % 2].container(border=True):
        st.subheader(cards.kind(card))
        st.markdown(f"**{card.fields.get('title', 'No title.')}**")
        st.markdown(f"**What it is.** {card.fields.get('what_it_is', '–')}")
        st.markdown(f"**For.** {card.fields.get('intended_use', '–')}")
        st.markdown(f"**Not for.** {card.fields.get('not_for', '–')}")
        st.markdown(f"**Trained on.** {card.fields['training_data']}")
        with st.expander("All facts"):
            st.table(cards.facts(card), hide_index=True, border="horizontal", alt=f"Facts of {cards.kind(card)}")
if not bundles:
    st.warning("No weights are installed.")

st.header("Ours, on the semi-synthetic cohort")
st.markdown(
    "Mean absolute error, out of fold: no recording was in both training and test. The figures say how well a network "
    f"recovers masses that a computer drew; they say nothing about patients. {cards.gain(bundles)}"
)
st.table(cards.results(bundles), hide_index=True, border="horizontal", alt="Errors on the semi-synthetic cohort")

st.header("Ours, on real ECGs")
st.markdown(
    "Picking out PTB-XL records coded as LV hypertrophy from normal ones, each by the network that has not seen it, "
    "body size fixed. The codes themselves rest largely on voltage, and nobody’s LV mass is known."
)
st.table(cards.real_ecgs(bundles), hide_index=True, border="horizontal", alt="Discrimination on real ECGs")

st.header("Wave boundaries")
try:
    finder = segmenter.load().card
except LvmError as error:
    st.error(str(error))
else:
    st.markdown(cards.about_boundaries(finder))
    st.table(cards.boundaries(finder), hide_index=True, border="horizontal", alt="Errors of wave boundaries on LUDB")

st.header("Paper, on patients")
st.markdown(f"{paper_results.SOURCE}. Its weights and data are not public: none of this was measured here.")
st.markdown("**Table 2: what each set of inputs adds**")
st.table(paper_results.input_sets(), hide_index=True, border="horizontal", alt="Table 2 of the paper")
st.markdown("**Table 4: mean absolute error by sex-specific training**")
st.table(paper_results.by_sex(), hide_index=True, border="horizontal", alt="Table 4 of the paper")
