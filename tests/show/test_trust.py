from dataclasses import replace

import pytest

from lvm.explain import METHODS
from lvm.explain.trust import Deletion
from lvm.explain.verdict import CHECKS, Trust
from lvm.show import trust

QRS, T = ("QRS interval", "limb"), ("T wave", "precordial")
SOUND = Trust(
    method=METHODS["integrated-gradients"],
    randomised_similarity=0.21,
    randomised_chance=0.25,
    agreement_with=METHODS["shapley"],
    method_agreement=0.93,
    completeness_gap_g=-0.04,
    distance_g=-20.0,
    deletion=(Deletion(*QRS, -9.06, -8.0, 0.5, 0.25), Deletion(*T, 1.0, 2.0, None, None)),
    top=QRS,
    top_share=0.7,
    top_of_folds=(QRS,) * 5,
    top_of_beats=(QRS, QRS, QRS, T),
    bounds={},
    limb_leads_possible=0.41,
    ecg_part=0.44,
    out_of_scope=False,
)


def rows(t):
    return {name: (found.replace("\xa0", " "), reads) for name, found, reads in trust.table(t).itertuples(index=False)}


def test_no_line_ends_between_a_number_and_its_unit():
    (found, _), *_ = [row[1:] for row in trust.table(SOUND).itertuples(index=False) if row[0] == "Grams add up"]
    assert found == "0.04\xa0g of 20.0\xa0g left over (0.2\xa0%)"


def test_every_check_has_a_row_and_a_reason():
    assert list(trust._ROWS) == list(trust._WHY) == list(CHECKS)
    assert len(trust.table(SOUND)) == 9


def test_a_map_that_holds():
    assert (
        trust.line(SOUND)
        == "**The map holds in all 9 checks that could be made**, as a map of where the model was sensitive."
    )
    assert rows(SOUND) == {
        "The estimate": ("within the model’s scope", "holds"),
        "What the waveform moves": (
            "44 % of all grams by Shapley values; the rest is values of patient and device",
            "holds",
        ),
        "Map of a network that learned nothing": (
            "alike by 0.21 (0 not at all, 1 the same), and two such maps by 0.25",
            "holds",
        ),
        "A second method": ("rank agreement over the segments 0.93 with Shapley values", "holds"),
        "Largest segment deleted, inserted": (
            "QRS interval, limb leads: without it the estimate moves by +9.1 g, without a piece as long elsewhere by "
            "±0.5 g; it alone in the average patient’s beat: −8.0 g (elsewhere ±0.2 g)",
            "holds",
        ),
        "Grams add up": ("0.04 g of 20.0 g left over (0.2 %)", "holds"),
        "Largest segment, network by network": ("QRS interval, limb leads in 5 of 5", "holds"),
        "Largest segment, other beats": (
            "QRS interval, limb leads in 3 of 4; T wave, precordial leads in 1 of 4",
            "holds",
        ),
        "Uncertain boundaries": ("no boundary of this beat is uncertain", "holds"),
    }


@pytest.mark.parametrize(
    ("change", "row", "found", "reads"),
    [
        ({"out_of_scope": True}, "The estimate", "outside the model’s scope, or poor signal", "fails"),
        ({"ecg_part": 0.02}, "What the waveform moves",
         "2 % of all grams by Shapley values; the rest is values of patient and device", "fails"),
        ({"ecg_part": 1.0}, "What the waveform moves", "all grams: the network is given nothing else", "holds"),
        ({"edited": True}, "Uncertain boundaries",
         "moved by hand: the segments are what the user made them, on this beat alone", "with care"),
        ({"top_share": 0.0}, "Largest segment deleted, inserted", "the map is zero everywhere", "fails"),
        ({"method_agreement": 0.4}, "A second method", "rank agreement over the segments 0.40 with Shapley values",
         "with care"),
        ({"method_agreement": None}, "A second method", "rank agreement over the segments – with Shapley values",
         "not judged"),
        ({"completeness_gap_g": None, "distance_g": None}, "Grams add up", "no grams to add up", "not judged"),
        ({"completeness_gap_g": 5.0}, "Grams add up", "5.00 g of 20.0 g left over (25.0 %)", "with care"),
        ({"top_of_beats": ()}, "Largest segment, other beats", "no other usable beat", "not judged"),
        ({"bounds": {QRS: (0.3, 0.75), T: (0.1, 0.4)}}, "Uncertain boundaries",
         "the share of QRS interval, limb leads stays within 30 to 75 %", "with care"),
    ],
)  # fmt: skip
def test_a_map_with_a_fault(change, row, found, reads):
    assert rows(replace(SOUND, **change))[row] == (found, reads)


def test_a_cell_without_room_for_a_control():
    found, reads = rows(replace(SOUND, top=T))["Largest segment deleted, inserted"]
    assert found.endswith("without it the estimate moves by −1.0 g; it is too long for a piece as long elsewhere")
    assert reads == "not judged"


def test_what_could_not_be_judged_is_not_counted():
    assert "in all 7 checks that could be made" in trust.line(replace(SOUND, method_agreement=None, top_of_beats=()))


def test_the_verdict_gives_the_worst_reasons_only():
    caution = replace(SOUND, method_agreement=0.4, randomised_similarity=0.8, randomised_chance=0.8)
    assert trust.line(caution) == (
        "**Read this map with care:** networks that learned nothing put it in much the same places; another method "
        "finds other segments."
    )
    assert trust.line(replace(caution, ecg_part=0.01)) == (
        "**Do not read this map:** the estimate hardly rests on the waveform."
    )


def test_deletions():
    found = trust.deletions(SOUND)
    assert found.values.tolist() == [
        ["QRS interval", "limb", "+9.1 g", "±0.5 g", "−8.0 g", "±0.2 g"],
        ["T wave", "precordial", "−1.0 g", "–", "+2.0 g", "–"],
    ]


def test_limb_leads():
    assert "41 % lies in directions that a real ECG can take (33 % would be chance)" in trust.limb_leads(SOUND)
    assert trust.limb_leads(replace(SOUND, limb_leads_possible=None)) == ""


def test_cells_of_four_groups():
    assert trust.cell(("T wave", "lateral")) == "T wave, lateral leads"
    assert trust.cell(("T wave", "aVR")) == "T wave, aVR"
