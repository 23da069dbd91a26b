"""The application in a real browser: an upload reaches an estimate, nothing leaves this machine, axe finds nothing."""

import re
from pathlib import Path

import numpy as np
import pytest

from lvm.cohort.examples import EXAMPLES
from lvm.read import read
from lvm.recording import LEADS, Recording
from tests.browser.visit import ESTIMATE, PAGES, Visit

light = pytest.mark.parametrize("visit", ["light"], indirect=True)  # in dark: test_screens.py


def as_csv(recording: Recording, said: str) -> bytes:
    """See the table at the top of lvm/read/csv_table.py."""
    lines = [f"# sampling rate: {recording.sampling_rate_hz:g} Hz", "# unit: mV", said, ",".join(LEADS)]
    lines += [",".join(f"{mv:.3f}" for mv in sample) for sample in recording.signal_mv.T]
    return "\n".join(lines).encode()


def as_wfdb(recording: Recording, said: str) -> tuple[bytes, bytes]:
    """A header and its signal file; see the table at the top of lvm/read/wfdb.py."""
    lines = [f"r 12 {recording.sampling_rate_hz:g} {recording.signal_mv.shape[1]}"]
    lines += [f"r.dat 16 1000/mV 16 0 0 0 0 {lead}" for lead in LEADS]
    return "\n".join([*lines, said, ""]).encode(), np.round(recording.signal_mv.T * 1000).astype("<i2").tobytes()


@light
def test_an_upload_reaches_an_estimate_on_every_page(visit: Visit, ecg_file: Path) -> None:
    page = visit.page
    assert visit.violations() == []
    page.locator('input[type="file"]').set_input_files(str(ecg_file))
    visit.shows(ESTIMATE)
    visit.settle()
    header = visit.estimate()
    for name in PAGES:
        visit.go(name)
        visit.shows("Not a medical device")
        visit.until(lambda: visit.estimate() == header)
        assert name == "ECG" or ecg_file.stem not in page.content()  # there it is in the list of files
        visit.whole(name)
    visit.go("LV mass")
    assert header.split(" (")[0] == page.locator('[data-testid="stMetricValue"]').first.inner_text().strip()
    assert "?" not in page.url
    visit.quiet()


def test_every_section_of_the_models_page_is_whole(visit: Visit) -> None:
    page = visit.page
    visit.go("Models")
    sections = page.get_by_role("radiogroup", name="Show").get_by_role("radio")
    names = sections.all_inner_texts()
    assert len(names) == 7
    for name in names:
        page.get_by_role("radio", name=name, exact=True).click()
        visit.settle()
        page.get_by_role("heading", level=2).first.wait_for()
        visit.whole(name)
    visit.quiet()


def test_a_map_by_every_method_and_its_pictures(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="LV hypertrophy").click()
    visit.shows(ESTIMATE)
    visit.go("Saliency")
    for method in ("Gradient", "Grad-CAM", "Shapley values"):
        page.get_by_role("radio", name=method, exact=True).click()
        visit.settle()
        visit.shows(re.compile("Read this map with care|Do not read this map|The map holds in all"))
        assert page.locator('[data-testid="stException"]').count() == 0
    for label, begins in (("Picture, PNG", b"\x89PNG"), ("Picture, SVG", b"<?xml")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label, exact=True).first.click()
        data = Path(waiting.value.path()).read_bytes()
        assert data.startswith(begins)
        assert len(data) > 20_000
    assert visit.violations() == []
    visit.quiet()


@light
def test_what_is_no_ecg_is_refused_and_the_next_file_opens(visit: Visit) -> None:
    page = visit.page
    visit.give("letter.xml", b"<letter>Dear colleague</letter>")
    page.locator('[data-testid="stAlert"]', has_text="letter").wait_for()
    visit.give("ecg.pdf", b"%PDF-1.7 printed")
    page.locator('[data-testid="stAlert"]', has_text="PDF document").wait_for()
    visit.settle()
    assert visit.violations() == []
    visit.give("ecg.csv", as_csv(read(EXAMPLES[0].data()), "# sex: male"))
    visit.shows(ESTIMATE)
    visit.shows("man, age not known")
    visit.quiet()


@light
def test_a_header_asks_for_its_signals_and_then_opens(visit: Visit) -> None:
    page = visit.page
    header, signals = as_wfdb(read(EXAMPLES[0].data()), "# sex: M")
    visit.give("r.hea", header)
    page.locator('[data-testid="stAlert"]', has_text="The WFDB header holds no samples").wait_for()
    visit.give("r.dat", signals)
    visit.shows(ESTIMATE)
    visit.settle()
    assert page.locator('[data-testid="stAlert"]', has_text="holds no samples").count() == 0
    assert visit.errors == []


def test_withheld_until_overridden_and_then_marked(visit: Visit) -> None:
    page = visit.page
    visit.give("child.csv", as_csv(read(EXAMPLES[0].data()), "# sex: male\n# age: 12"))
    visit.shows("withheld", exact=True)
    visit.go("LV mass")
    page.locator('[data-testid="stAlert"]', has_text="Age 12 (from the file)").wait_for()
    assert page.locator('[data-testid="stMetricValue"]').count() == 0
    assert visit.violations() == []
    page.get_by_text("Show an estimate anyway, for teaching").click()
    visit.shows(re.compile(r"\d+ g, outside scope"))
    visit.settle()
    height = page.get_by_label("Height, cm (imputed")
    place = height.bounding_box()["y"]
    height.fill("150")
    height.press("Enter")
    page.get_by_label("Height, cm (typed; file: none)").wait_for()
    visit.settle()
    assert page.get_by_label("Height, cm (").bounding_box()["y"] == place  # nothing moved
    visit.shows(re.compile(r"\d+ g, outside scope"))
    assert visit.violations() == []
    visit.go("Saliency")
    page.locator('[data-testid="stAlert"]', has_text="Outside scope: shown for teaching only.").wait_for()
    visit.quiet()
