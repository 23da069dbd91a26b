"""What a cardiologist does in four minutes, done in a real browser."""

import re
from pathlib import Path
from typing import Any

import pytest

from lvm.ui.opening import LINK
from tests.browser.visit import ESTIMATE, PAGES, Visit

light = pytest.mark.parametrize("visit", ["light"], indirect=True)
GRAMS = re.compile(r"^\d+ g$")


def radio(visit: Visit, group: str, name: str) -> None:
    visit.page.get_by_role("radiogroup", name=group).get_by_role("radio", name=name, exact=True).click()
    visit.until(lambda: chosen(visit, group) == name)
    visit.settle()


def unfold(visit: Visit) -> None:
    """The settings of the paper that few change."""
    visit.page.get_by_role("button", name="Speed, gain, filter").click()
    visit.page.get_by_role("radiogroup", name="Speed, mm/s").wait_for()


def field(visit: Visit, begins: str) -> Any:
    return visit.page.get_by_role("spinbutton", name=re.compile(f"^{begins}"))


def chosen(visit: Visit, group: str) -> str:
    return str(visit.page.get_by_role("radiogroup", name=group).get_by_role("radio", checked=True).inner_text())


@light
def test_a_link_opens_a_simulated_patient_on_any_page(visit: Visit) -> None:
    visit.page.goto(f"{visit.page.url}lv-mass?{LINK}=normal-woman")
    visit.shows(ESTIMATE)
    visit.settle()
    visit.page.get_by_role("heading", name="LV mass", exact=True, level=1).wait_for()
    visit.shows("woman, 47 years")
    assert visit.outside == []
    assert [e for e in visit.errors if "404" not in e] == []  # Streamlit looks for its server below the page's address


@light
def test_choices_stay_with_the_user_over_all_pages(visit: Visit) -> None:
    visit.example("LV hypertrophy")
    radio(visit, "Layout", "12 × 1")
    unfold(visit)
    radio(visit, "Gain, mm/mV", "5")
    visit.go("Beats")
    radio(visit, "Lead groups", "Four, by coronary territory")
    radio(visit, "Beat in use", "3")
    visit.go("Saliency")
    radio(visit, "Method", "Gradient")
    assert chosen(visit, "Lead groups") == "Four, by coronary territory"
    visit.go("ECG")
    assert (chosen(visit, "Layout"), chosen(visit, "Gain, mm/mV")) == ("12 × 1", "5")
    visit.shows("Beat 3 was chosen by hand")
    visit.go("Saliency")
    assert chosen(visit, "Method") == "Gradient"
    visit.quiet()


@light
def test_the_paper_is_measured_by_numbers_and_printed(visit: Visit) -> None:
    page = visit.page
    visit.example("LV hypertrophy")
    radio(visit, "Calipers", "By numbers")
    page.get_by_label("From, s").fill("1")
    page.get_by_label("To, s").fill("1.5")
    page.get_by_label("To, s").press("Enter")
    visit.settle()
    visit.shows(re.compile(r"^500 ms \(120 ?/min\)"))
    unfold(visit)
    radio(visit, "Speed, mm/s", "50")
    visit.shows("50 mm/s, 10 mm/mV")
    visit.whole("ECG, calipers")
    for kind, begins in (("PDF", b"%PDF"), ("SVG", b"<?xml"), ("PNG", b"\x89PNG")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile(f"{kind}$")).first.click()
        assert Path(waiting.value.path()).read_bytes().startswith(begins)
    visit.quiet()


@light
def test_a_beat_is_chosen_by_a_click_and_everything_follows(visit: Visit) -> None:
    page = visit.page
    visit.example("LV hypertrophy")
    visit.go("Beats")
    marks = page.locator("[class*='st-key-strip'] .scatterlayer .points path")
    box = marks.nth(1).bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.shows("Beat 2 was chosen by hand")
    visit.settle()
    assert chosen(visit, "Beat in use") == "2"
    radio(visit, "Beat in use", "4")  # the list wins over an older click
    visit.shows("Beat 4 was chosen by hand")
    visit.go("ECG")
    visit.shows("Beat 4 was chosen by hand")
    visit.quiet()


@light
def test_a_boundary_that_is_moved_changes_the_estimate_and_goes_back(visit: Visit) -> None:
    page = visit.page
    visit.example("LV hypertrophy")
    visit.go("Beats")
    before = visit.estimate()
    end = page.get_by_label(re.compile("^QRS offset, ms from R"))
    end.fill(str(int(float(end.input_value())) - 20))
    end.press("Enter")
    visit.until(lambda: visit.estimate() != before)
    visit.settle()
    visit.go("LV mass")
    visit.shows(re.compile("boundaries"))
    visit.go("Beats")
    page.get_by_role("button", name="Back to the boundaries found").click()
    visit.until(lambda: visit.estimate() == before)
    visit.quiet()


@light
def test_what_is_typed_from_field_to_field_stays(visit: Visit) -> None:
    """Quicker than the page follows, twice: nothing that appears with a typed value comes between the fields."""
    page = visit.page
    visit.example("LV hypertrophy")
    visit.go("LV mass")
    fields = {"Age": 61, "Height": 181, "Weight": 77, "P axis": 41, "QRS axis": 43, "T axis": 47}
    for more in (0, 1):
        field(visit, "Age").focus()
        for value in fields.values():
            page.keyboard.press("Control+a")
            page.keyboard.type(str(value + more))
            page.keyboard.press("Tab")
        visit.shows(f"man, {61 + more} years")
        visit.settle()
    for name, value in fields.items():
        assert field(visit, name).input_value() == str(value + 1)
    weight = field(visit, "Weight")
    weight.focus()
    for _ in range(8):
        weight.press("ArrowUp", delay=100)
    visit.shows(re.compile("86 kg"))
    assert weight.input_value() == "86"
    visit.quiet()


def test_what_if_answers_beside_the_question_and_leaves_the_patient_alone(visit: Visit) -> None:
    page = visit.page
    visit.example("LV hypertrophy")
    visit.go("LV mass")
    before = visit.estimate()
    answer = page.locator('[data-testid="stMetric"]', has_text="LV mass, if so").first

    def grams() -> str:
        return str(answer.locator('[data-testid="stMetricValue"]').inner_text()).strip()

    visit.until(lambda: grams() == before.split(" (")[0])
    slider = page.get_by_role("slider", name="QRS amplitude")
    slider.focus()
    visit.settle()
    place = slider.bounding_box()["y"]
    for _ in range(4):
        slider.press("ArrowRight")
    visit.until(lambda: grams() != before.split(" (")[0])
    visit.settle()
    assert abs(slider.bounding_box()["y"] - place) < 1  # nothing moved
    assert visit.estimate() == before
    visit.whole("what if")
    page.get_by_role("button", name="Back to the patient’s values").click()
    visit.until(lambda: grams() == before.split(" (")[0])
    visit.quiet()


@light
def test_the_screen_speaks_chinese_when_asked(visit: Visit) -> None:
    page = visit.page
    visit.example("LV hypertrophy")
    grams = visit.estimate()
    radio(visit, "Language", "中文")
    links = page.locator('[data-testid="stTopNavLink"]')
    names = [name.strip() for name in links.all_inner_texts()]
    assert len(names) == len(PAGES)
    assert "心電圖" in names
    for name in names:
        visit.go(name)
        visit.whole(name)
        visit.shows("非醫療器材")
        assert grams.split(" (")[0] in page.content()
        visit.shot(f"chinese-{names.index(name)}", 1024)
    visit.go(names[PAGES.index("LV mass")])
    radio(visit, "Language", "English")
    visit.shows("LV mass, if so")
    age = field(visit, "Age")  # the lists have other words by now, and mean the same
    age.fill("60")
    age.press("Enter")
    visit.shows("man, 60 years")
    visit.shows("LV mass, if so")
    assert visit.estimate() != grams
    visit.quiet()


@light
def test_the_way_to_an_estimate_needs_no_mouse(visit: Visit) -> None:
    page = visit.page
    button = page.get_by_role("button", name=re.compile("^3: "))
    for _ in range(40):
        page.keyboard.press("Tab")
        if button.evaluate("b => b === document.activeElement"):
            break
    else:
        pytest.fail("the Tab key does not reach the simulated patients")
    page.keyboard.press("Enter")
    visit.shows(ESTIMATE)
    visit.settle()
    group = page.get_by_role("radiogroup", name="Layout").get_by_role("radio")
    group.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    visit.settle()
    visit.quiet()
