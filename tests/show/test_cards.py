"""Cards as labels and tables: nothing is missing of a whole one, and nothing odd in a user's own stops the page."""

import json

import pytest

from lvm import weights
from lvm.criteria import CRITERIA
from lvm.show import card_values, cards, cohort, curves, model_facts, words
from lvm.show.colours import DARK, LIGHT
from lvm.weights import Card, Epoch
from tests import bundles


@pytest.fixture(scope="module")
def nine(tmp_path_factory):
    """The nine, and a user's own."""
    folder = tmp_path_factory.mktemp("nine")
    bundles.install_nine(folder)
    bundles.install_own(folder)
    return card_values.ordered(weights.cards(folder))


@pytest.fixture(scope="module")
def ours(nine):
    return tuple(card for card in nine if card_values.standard(card))


def texts(table):
    text = table.to_csv()
    assert "None" not in text
    assert "nan" not in text.lower()
    return breakable(text)


def breakable(text):
    """Without the signs that only say where a line may not break."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "")


def test_ours_come_first_and_an_own_one_by_its_name(nine):
    assert [card_values.label(card) for card in nine] == [
        "Men, model 2 (male-model2)",
        "Men, model 1 (male-model1)",
        "Men, ECG only (male-ecg)",
        "Women, model 2 (female-model2)",
        "Women, model 1 (female-model1)",
        "Women, ECG only (female-ecg)",
        "Men and women, model 2 (all-model2)",
        "Men and women, model 1 (all-model1)",
        "Men and women, ECG only (all-ecg)",
        "our-clinic",
    ]


def test_every_label_has_the_same_rows_in_the_same_order(nine):
    facts = {tuple(model_facts.facts(card)["Fact"]) for card in nine}
    judged = {tuple(model_facts.performance(card).iloc[:, 0]) for card in nine}
    assert len(facts) == len(judged) == 1
    assert [list(model_facts.performance(nine[k]).columns[1:]) for k in (0, 3, 6)] == [
        ["Men"],
        ["Women"],
        ["Men", "Women", "Both"],
    ]


def test_a_label_says_it_all_with_units(nine):
    facts = model_facts.facts(nine[6]).set_index("Fact")["Value"]
    assert facts["Given to it"] == "ECG, age, sex, height, weight, P, QRS and T axis and QRS duration"
    assert facts["Version"] == "0.2.0, 2026-11-21"
    assert facts["Data"] == "1,459 ECGs, 940 of men, 519 of women, 693 patients"
    assert facts["Sources"] == "PTB-XL, 297 recordings, CC BY 4.0; deepfake-ecg, 396 recordings, MIT"
    assert "median 1.0 g, 95 % of the ECGs below 2.9 g (208 ECGs)" in facts["From beat to beat"]
    assert facts["Not for"].startswith("Patient care.")
    table = model_facts.performance(nine[6])
    women = {breakable(name): breakable(value) for name, value in zip(table.iloc[:, 0], table["Women"], strict=True)}
    assert women == {
        "ECGs judged": "519",
        "Mean absolute error": "11.40 ± 0.43 g, 9.9 %",
        "By age, sex and body size": "13.10 ± 0.43 g, 11.4 %",
        "Best possible on these data": "10.10 ± 0.43 g, 8.8 %",
        "Bias": "−0.4 g",
        "Calibration": "slope 0.97, intercept 3.1 g",
        "Correlation, r": "0.62",
        "Inside the 90 % interval": "90.4 %",
        "AUC on real ECGs": "0.93 (0.89–0.96)",
        "AUC, ages within 10 years": "0.84 (0.70–0.95)",
        "AUC above Cornell product’s": "+0.04 (−0.01 to 0.09)",
        "Coded LVH, heavier by": "21.3 g",
        "Real ECGs, coded LVH": "208, 56",
    }


def test_what_a_network_is_not_given_is_said(nine):
    by_name = {card.name: card for card in nine}
    assert model_facts.given(by_name["male-ecg"]) == "the ECG alone"
    assert "do not move this estimate" in model_facts.not_given(by_name["male-ecg"])
    assert model_facts.given(by_name["male-model1"]) == "ECG, age, height and weight"
    assert model_facts.not_given(by_name["male-model1"]).startswith("Axes and QRS duration")
    assert model_facts.not_given(by_name["all-model2"]) == ""


def test_all_other_facts_hold_the_whole_hash(nine):
    table = model_facts.all_facts(nine[0])
    assert table["Value"][0].replace(" ", "") == nine[0].sha256
    assert "Choices: encoder" in set(table["Fact"])
    assert not set(table["Fact"]) & {"Title", "Metrics", "Cohort", "Interval"}


def test_the_notice_of_an_own_bundle_is_its_title(nine):
    assert model_facts.trained_on(None) == model_facts.trained_on(nine[0]) == words.TRAINED_ON
    assert model_facts.trained_on(nine[-1]) == bundles.TITLE
    posing = Card("x", nine[-1].fields | {"default": True})
    assert model_facts.trained_on(posing) == bundles.TITLE


def test_errors_by_those_judged(ours):
    table = cards.errors(ours)
    assert table["Judged on"].value_counts().to_dict() == {"Men": 6, "Women": 6, "Both": 3}
    assert "16.10 ± 0.43 g, 14.0 %" in texts(table)
    assert cards.gain(ours).endswith("8 of 12.")


def test_real_ecgs_by_sex_with_every_criterion_the_best_first(nine):
    men, women = cards.real_ecgs(nine)
    assert men[0] == "Men: 208 ECGs, 56 of them coded LV hypertrophy, 9 of these also infarction"
    assert women[0].startswith("Women: ")
    for _, table in (men, women):
        names = "\n".join(table["Judged by"])
        assert all(f"Criterion: {c.name}\n" in names + "\n" for c in CRITERIA)
        assert names.count("Estimate: ") == 6
        assert "our-clinic" not in names
        assert (best_first := [auc[:4] for auc in table["AUC"]]) == sorted(best_first, reverse=True)
        assert list(table.columns) == ["Judged by", "AUC", "AUC, ages within 10 years"]
        by = table.set_index("Judged by").map(breakable)
        assert list(by.loc["Age alone"]) == ["0.88 (0.82–0.93)", "0.58 (0.49–0.67)"]
        assert list(by.loc["Criterion: Sokolow-Lyon"]) == ["0.94 (0.70–0.97)", "0.85 (0.60–0.90)"]
    assert list(men[1].set_index("Judged by").map(breakable).loc["**Estimate: Men, model 2**"]) == [
        "0.93 (0.89–0.96)",
        "0.84 (0.70–0.95)",
    ]
    assert "Women, model 2" not in texts(men[1])
    assert "largely on Sokolow-Lyon voltage" in cards.LABELS_REST_ON


@pytest.mark.parametrize("lacking", ["age", "within_10_years", "myocardial_infarction"])
def test_a_card_from_before_age_was_judged_has_dashes(nine, lacking):
    fields = json.loads(json.dumps(nine[0].fields))
    del fields["metrics"]["real_ecgs_out_of_fold"]["male"][lacking]
    card = Card("older", fields)
    ((heading, table),) = cards.real_ecgs((card,))
    assert ("infarction" in heading) == (lacking != "myocardial_infarction")
    assert list(table["Judged by"]).index("Age alone") == (len(table) - 1 if lacking == "age" else 4)
    by = table.set_index("Judged by")
    assert (by.loc["Age alone", "AUC"] == "–") == (lacking == "age")
    assert set(by["AUC, ages within 10 years"] == "–") == {lacking == "within_10_years"}
    label = model_facts.performance(card).set_index("On patients it had not seen")["Men"]
    assert (label["AUC, ages within 10 years"] == "–") == (lacking == "within_10_years")


def test_one_of_a_simulated_cohort_never_stands_among_ours(nine, tmp_path):
    bundles.install(tmp_path, "male-model2", of := bundles.config("male", "model 2"), bundles.planted_fields(of))
    (planted,) = weights.cards(tmp_path)
    assert planted.fields["default"] is True
    for card in (planted, nine[-1]):
        assert not card_values.standard(card)
        assert card_values.label(card) == card.name
        assert model_facts.trained_on(card) == bundles.TITLE
        assert card_values.ordered((card, *nine[:-1]))[-1] is card


def test_models_judged_on_other_records_get_a_table_of_their_own(nine):
    fields = json.loads(json.dumps(nine[0].fields))
    real = fields["metrics"]["real_ecgs_out_of_fold"]["male"]
    real["recordings"], real["criteria"]["Lewis"], real["estimate"] = 90, None, None
    (_, _), (heading, table) = cards.real_ecgs((nine[0], Card("other", fields)))
    assert heading.startswith("Men: 90 ECGs")
    assert list(table["Judged by"])[-2:] == ["Criterion: Lewis", "**Estimate: Men, model 2**"]
    assert list(table["AUC"])[-2:] == ["–", "–"]
    assert breakable(list(table["AUC, ages within 10 years"])[-1]) == "0.84 (0.70–0.95)"


def test_the_cohort_beside_what_was_published(ours):
    behind = cohort.of(ours)
    marginals = cohort.marginals(behind).set_index("Mean ± SD")
    assert marginals.loc["LV mass", "Men, paper"] == "123.3 ± 29.9 g"
    assert list(marginals.columns) == ["Men, paper", "Men, ours", "Women, paper", "Women, ours"]
    correlations = cohort.correlations(behind).set_index("Correlation with LV mass, r")
    assert list(correlations.loc["Cornell product"]) == ["0.43", "0.43", "0.26–0.60"]
    assert correlations.loc["Cornell voltage", "Published"] == "–"
    assert list(cohort.origins(behind)["Licence"]) == ["CC BY 4.0", "MIT"]
    assert "0.055" in texts(cohort.how(behind))
    assert cohort.of(()) is None


def test_a_cohort_of_one_sex_in_each_card_is_put_together(ours):
    def only(card, sex):
        fields = json.loads(json.dumps(card.fields))
        for part in ("marginals", "correlations", "how"):
            fields["cohort"][part] = {sex: fields["cohort"][part][sex]}
        return Card(card.name, fields)

    apart = cohort.of((only(ours[0], "male"), only(ours[3], "female")))
    assert cohort.marginals(apart).equals(cohort.marginals(cohort.of(ours)))
    men = cohort.marginals(cohort.of((only(ours[0], "male"),)))
    assert set(men["Women, ours"]) == {"–"}


ODD = (None, "text", 3, float("nan"), True, [], [1], ["a", None], {}, {"male": 7}, {"male": {"n": "x", "network": []}})


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "field", ["metrics", "data", "cohort", "recipe", "choices", "date", "what_it_is", "training_data", "title"]
)
@pytest.mark.parametrize("default", [True, False])
def test_an_odd_field_is_a_dash_and_no_traceback(nine, field, odd, default):
    card = Card("odd", nine[6].fields | {field: odd, "default": default})
    lacking = Card("lacking", {k: v for k, v in card.fields.items() if k != field or k in ("title", "training_data")})
    for one in (card, lacking):
        for table in (model_facts.facts(one), model_facts.performance(one), model_facts.all_facts(one)):
            assert len(table)
        assert isinstance(model_facts.trained_on(one), str)
        cards.errors((one,))
        assert "None" not in cards.gain((one,))
        cards.real_ecgs((one,))
        behind = cohort.of((one,))
        if behind is not None:
            for table in (cohort.marginals, cohort.correlations, cohort.how, cohort.origins):
                table(behind)


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "path",
    [
        ("metrics", "out_of_fold"),
        ("metrics", "out_of_fold", "male"),
        ("metrics", "out_of_fold", "male", "network"),
        ("metrics", "out_of_fold", "male", "calibration"),
        ("metrics", "real_ecgs_out_of_fold"),
        ("metrics", "real_ecgs_out_of_fold", "male"),
        ("metrics", "real_ecgs_out_of_fold", "male", "criteria"),
        ("metrics", "real_ecgs_out_of_fold", "male", "estimate"),
        ("metrics", "real_ecgs_out_of_fold", "male", "estimate_minus_cornell_product"),
        ("metrics", "real_ecgs_out_of_fold", "male", "age"),
        ("metrics", "real_ecgs_out_of_fold", "male", "myocardial_infarction"),
        ("metrics", "real_ecgs_out_of_fold", "male", "within_10_years"),
        ("metrics", "real_ecgs_out_of_fold", "male", "within_10_years", "estimate"),
        ("metrics", "real_ecgs_out_of_fold", "male", "within_10_years", "criteria"),
        ("metrics", "repeatability"),
        ("interval", "coverage_measured"),
        ("data", "by_sex"),
        ("cohort", "sources"),
        ("cohort", "marginals"),
        ("cohort", "marginals", "male"),
        ("cohort", "correlations", "male"),
        ("cohort", "correlations", "male", "QRS duration"),
        ("cohort", "how"),
    ],
    ids=".".join,
)
def test_nor_is_one_deep_inside(nine, path, odd):
    fields = json.loads(json.dumps(nine[6].fields))
    at = fields
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = odd
    test_an_odd_field_is_a_dash_and_no_traceback(nine, path[0], fields[path[0]], True)


def test_words_of_a_card_are_no_markup():
    said = card_values.plain("![x](http://a.b/c.png) <b> `code` $x$ *a* :red[b] snake_case")
    assert said == r"!\[x\](http://a.b/c.png) \<b> \`code\` \$x\$ \*a\* :red\[b\] snake\_case"
    assert card_values.plain(None) == card_values.plain(" ") == "–"


def test_numbers_of_a_card():
    assert card_values.mean_sd([12.345, 0.41], "g") == "12.35 ± 0.41 g"
    assert card_values.mean_sd([-28.4, 35.4], "°", 1) == "−28.4 ± 35.4°"
    assert card_values.mean_sd("x", "g") == card_values.mean_sd([1], "g") == "–"
    assert card_values.with_span([0.84, 0.7, 0.95]) == "0.84 (0.70–\N{WORD JOINER}0.95)"
    assert card_values.with_span([0.84, None, 0.95]) == card_values.with_span(None) == "–"
    assert card_values.span([0.26, 0.6]) == "0.26–0.60"
    assert card_values.span([-0.1, 0.1]) == "−0.10 to 0.10"
    assert card_values.percent(True) == card_values.percent(float("inf")) == "–"


EPOCHS = tuple(Epoch(k, e, 20.0 - e, 21.0 - e + (e == 2) * 3 + k) for k in range(2) for e in range(3))


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_learning_curves(colours):
    figure = curves.curves(EPOCHS, colours)
    assert len(figure.data) == 6
    assert [t.name for t in figure.data if t.showlegend] == ["Training", "Validation", "Epoch kept"]
    assert [t.x[0] for t in figure.data if t.name == "Epoch kept"] == [1, 1]
    assert figure.layout.xaxis.title.text == "Epoch"
    assert figure.layout.yaxis.title.text == "Mean absolute error, g"
    assert curves.described(EPOCHS) == (
        "Learning curves of 2 folds, up to 3 epochs. Validation error from 21.0–22.0 g after the first epoch to "
        "20.0–21.0 g at the epochs kept."
    )


def test_the_installed_cards_fill_the_page():
    for card in weights.cards():
        texts(model_facts.facts(card))
        texts(model_facts.performance(card))
        texts(model_facts.all_facts(card))
    assert len(cards.errors(weights.cards()))
    assert cohort.of(weights.cards()) is not None
    assert weights.broken() == ()
