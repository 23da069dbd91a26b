"""The calipers by mouse, which only a browser has: a box over the paper gives its time and voltage."""

import re

from tests.browser.visit import Visit

READING = re.compile(r"^\d+ ms .*mV$")


def drag(visit: Visit, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place of the paper to another, in px from its upper left corner."""
    mouse, box = visit.page.mouse, visit.page.locator('[data-testid="stPlotlyChart"]').first.bounding_box()
    mouse.move(box["x"] + start[0], box["y"] + start[1])
    mouse.down()
    mouse.move(box["x"] + end[0], box["y"] + end[1], steps=8)
    mouse.up()
    visit.settle()


def shown_ms(visit: Visit) -> tuple[float, float]:
    """What the paper's visible part holds: ms and px across."""
    found = visit.page.evaluate(
        "() => { const l = document.querySelector('.js-plotly-plot')._fullLayout;"
        " return [l.xaxis.range[1] - l.xaxis.range[0], l._size.w] }"
    )
    return 1000 * found[0], found[1]


def reading(visit: Visit) -> tuple[float, float]:
    text = visit.page.get_by_text(READING).first.inner_text()
    ms, mv = re.match(r"(\d+) ms.*?([\d.]+) mV", text).groups()
    return float(ms), float(mv)


def test_a_box_over_the_paper_is_measured_also_after_enlarging(visit: Visit) -> None:
    page = visit.page
    page.set_viewport_size({"width": 1024, "height": 1600})
    visit.example("LV hypertrophy")
    page.get_by_role("radio", name="By mouse").click()
    visit.settle()
    assert visit.violations() == []
    drag(visit, (300, 300), (400, 200))
    ms, px = shown_ms(visit)
    visit.until(lambda: abs(reading(visit)[0] - ms / px * 100) < 3)
    measured_ms, measured_mv = reading(visit)
    assert abs(measured_mv - measured_ms * 25 / 1000 / 10) < 0.03  # square: as many mm high as wide

    drag(visit, (500, 300), (600, 300))  # flat: a time, and no stripe from edge to edge
    visit.until(lambda: reading(visit)[1] < 0.02)

    page.locator('.modebar-btn[data-title="Zoom"]').click()
    drag(visit, (100, 100), (500, 400))
    visit.until(lambda: shown_ms(visit)[0] < ms * 0.7)
    page.locator('.modebar-btn[data-title="Box Select"]').click()
    enlarged_ms, px = shown_ms(visit)
    drag(visit, (200, 500), (300, 450))
    visit.until(lambda: abs(reading(visit)[0] - enlarged_ms / px * 100) < 3)
    assert shown_ms(visit)[0] == enlarged_ms  # it stays enlarged
    visit.quiet()


def test_measuring_by_numbers_needs_no_mouse(visit: Visit) -> None:
    page = visit.page
    visit.example("LV hypertrophy")
    page.get_by_role("radio", name="By numbers").focus()
    page.keyboard.press("Space")
    visit.settle()
    page.get_by_label("From, s").fill("1")
    page.get_by_label("From, s").press("Tab")
    visit.settle()
    page.get_by_label("To, s").fill("1.32")
    page.get_by_label("To, s").press("Enter")
    visit.settle()
    visit.shows(re.compile(r"^320 ms \(188 /min\), .* mV: from .* mV to .* mV$"))
    assert visit.violations() == []
    visit.quiet()
