"""Pictures of every page for those who look: build/screens holds them after the tests. Each page must be whole."""

import pytest

from lvm.cohort.examples import EXAMPLES
from lvm.cohort.muse import write_muse
from lvm.read import read
from lvm.recording import Patient
from tests.browser.visit import ESTIMATE, PAGES, ROOT, Visit

FILES = ROOT.parent / "shared" / "ecg-files"
WIDTHS = (1440, 1024)
PATIENT_PAGES = PAGES[:-1]


def everywhere(visit: Visit, name: str, pages: tuple[str, ...]) -> None:
    for page in pages:
        visit.go(page)
        for width in WIDTHS:
            with visit.window(width=width):
                visit.whole(f"{name}, {page}, {width}")
                visit.shot(f"{name}-{page.lower().replace(' ', '-')}")


def test_the_first_page(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Open this patient").wait_for(timeout=60_000)
    everywhere(visit, "first", ("ECG",))
    visit.quiet()


def test_a_simulated_patient(visit: Visit) -> None:
    visit.example("LV hypertrophy")
    everywhere(visit, "example", PAGES)
    visit.quiet()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("philips", "philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_orig.xml"),
        ("ge", "ge_muse_xml/braveheart_example2.xml"),
    ],
)
def test_a_real_recording(visit: Visit, name: str, file: str) -> None:
    path = FILES / file
    if not path.is_file():
        pytest.skip(f"needs ../shared/ecg-files/{file}")
    visit.give("ecg.xml", path.read_bytes())
    visit.page.get_by_text(ESTIMATE).first.wait_for(timeout=60_000)
    visit.settle()
    everywhere(visit, name, PATIENT_PAGES)
    visit.quiet()


def test_a_withheld_estimate(visit: Visit) -> None:
    recording = read(EXAMPLES[0].data())
    child = write_muse(recording.signal_mv, 500, Patient("male", 12, 150, 40))
    visit.give("child.xml", child)
    visit.page.get_by_text("withheld", exact=True).wait_for(timeout=60_000)
    visit.settle()
    everywhere(visit, "withheld", PATIENT_PAGES)
    visit.quiet()


def test_a_refused_file(visit: Visit) -> None:
    visit.give("letter.xml", b"<letter>Dear colleague</letter>")
    visit.page.locator('[data-testid="stAlert"]', has_text="letter").wait_for(timeout=60_000)
    visit.settle()
    everywhere(visit, "refused", ("ECG",))
    visit.quiet()
