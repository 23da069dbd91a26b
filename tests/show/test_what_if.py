"""The what-if panel: the fields begin at the patient's values, and every change stands with its grams."""

from dataclasses import replace

import pytest

from lvm.estimate import Estimate, Input
from lvm.net.config import Config
from lvm.reference import CT_LIMITS
from lvm.scope import ADULT_YEARS, HEIGHT_CM, QRS_LIMIT_MS, WEIGHT_KG
from lvm.show import what_if
from lvm.weights import Card
from lvm.what_if import Answer, Changes

INPUTS = {
    "age_years": 63.0, "sex": "male", "height_cm": 172.0, "weight_kg": 84.5, "p_axis_deg": 52.0, "qrs_axis_deg": 0.0,
    "t_axis_deg": 168.0, "qrs_duration_ms": 104.0,
}  # fmt: skip


def made(input_set: str = "model 2") -> Estimate:
    card = Card("x", {"config": Config(input_set=input_set, sexes="male").as_dict()})
    inputs = {name: Input(value, "device") for name, value in INPUTS.items()}
    return Estimate(188.0, (141.0, 252.0), 0.9, 1.97, 95.4, CT_LIMITS["male"], True, card, inputs)


def test_ends_hold_the_patients_value_a_whole_number_of_steps_away():
    weight = next(c for c in what_if.CONTROLS if c.name == "weight_kg")
    assert weight.ends(84.5) == (40.5, 149.5)
    assert weight.ends(84.0) == (40, 150)
    assert weight.ends(31.0) == (31, 150)
    assert weight.ends(180.0) == (40, 180)


@pytest.mark.parametrize("start", [-180.0, -24.1, 0.0, 0.9, 179.9, 180.0])
def test_no_axis_is_beyond_180(start):
    low, high = next(c for c in what_if.CONTROLS if c.name == "qrs_axis_deg").ends(start)
    assert -180 <= low <= start <= high <= 180
    assert high - low >= 359
    assert (start - low) % 1 == pytest.approx(0, abs=1e-9) or (start - low) % 1 == pytest.approx(1, abs=1e-9)


def test_nobody_is_out_of_scope_for_what_is_asked():
    ends = {c.name: (c.low, c.high) for c in what_if.CONTROLS}
    assert ends["age_years"][0] >= ADULT_YEARS
    assert ends["qrs_duration_ms"][1] < QRS_LIMIT_MS
    assert HEIGHT_CM[0] <= ends["height_cm"][0] < ends["height_cm"][1] <= HEIGHT_CM[1]
    assert WEIGHT_KG[0] <= ends["weight_kg"][0] < ends["weight_kg"][1] <= WEIGHT_KG[1]


def test_only_what_the_network_is_given_is_offered():
    names = {s: [c.name for c in what_if.offered(made(s))] for s in ("model 2", "model 1", "ecg")}
    assert names["ecg"] == []
    assert names["model 1"] == ["age_years", "height_cm", "weight_kg"]
    assert set(names["model 2"]) == set(INPUTS) - {"sex"}
    assert what_if.offered(replace(made(), card=None)) == ()


def test_a_row_for_everything_and_its_grams_where_it_is_changed():
    changes = Changes(weight_kg=94.5, qrs_gain=1.5, without_lead="V4", sex="female")
    answer = Answer(
        163.2, -24.8, {"sex": -45.6, "weight_kg": 11.6, "qrs_gain": 26.6, "without_lead": -14.2}, 79.0,
        CT_LIMITS["female"],
    )  # fmt: skip
    table = what_if.effects(made(), changes, answer).set_index("If")
    assert list(table.index) == [
        "**Sex**", "Age", "Height", "**Weight**", "**Lead removed**", "**QRS amplitude**", "T wave amplitude",
        "QRS duration", "QRS axis", "T axis", "P axis", "**All together**",
    ]  # fmt: skip
    assert table.loc["**Weight**"].tolist() == ["84.5 kg → 94.5 kg", "**+11.6 g**"]
    assert table.loc["**QRS amplitude**"].tolist() == ["× 1 → × 1.50", "**+26.6 g**"]
    assert table.loc["**Lead removed**"].tolist() == ["none → V4", "**−14.2 g**"]
    assert table.loc["**Sex**"].tolist() == ["male → female", "**−45.6 g**"]
    assert table.loc["T axis"].tolist() == ["168°", "–"]
    assert table.loc["**All together**"].tolist() == ["", "**−24.8 g**"]
    assert len(what_if.effects(made(), Changes(), replace(answer, alone_g={}))) == len(table)  # no row comes and goes
    assert what_if.of_limit(answer, made(), changes) == "above the limit, 65 g/m²"
    assert what_if.of_limit(replace(answer, lvmi_g_m2=60.0), made(), changes) == "not above the limit, 65 g/m²"
    unknown = {name: replace(made().inputs[name], source="imputed") for name in ("height_cm", "weight_kg")}
    bare, none = replace(made(), inputs=made().inputs | unknown), replace(answer, lvmi_g_m2=None)
    assert what_if.of_limit(none, bare, Changes()) == "needs height and weight"
    assert what_if.of_limit(none, bare, Changes(weight_kg=94.5)) == "needs the height"
    assert what_if.of_limit(none, bare, Changes(height_cm=170.0)) == "needs the weight"
    assert what_if.described(made(), changes, answer) == (
        "Effect of each change on 188 g: Sex −45.6 g, Weight +11.6 g, QRS amplitude +26.6 g, Lead removed −14.2 g; "
        "together −24.8 g."
    )
    assert what_if.described(made(), Changes(), replace(answer, alone_g={})) == "Nothing is changed."


def test_it_says_that_it_is_a_question_and_changes_nothing():
    said = what_if.question(made())
    assert said.startswith("A question to the network, not physiology")
    assert said.endswith("The patient’s estimate stays 188 g, here and on every other page.")


@pytest.mark.parametrize(("against", "said"), [((), ""), (("Age 12",), "Outside scope: for teaching only.")])
def test_the_answer_carries_the_mark_of_its_estimate(against, said):
    assert what_if.against(replace(made(), against=against, out_of_scope=against)) == said
