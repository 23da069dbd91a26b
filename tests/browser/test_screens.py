"""Pictures of every page for those who look: build/screens holds them after the tests. Each page must be whole."""

import pytest

from lvm.cohort.examples import EXAMPLES
from lvm.cohort.muse import write_muse
from lvm.read import read
from lvm.recording import Patient
from tests.browser.visit import ESTIMATE, PAGES, ROOT, Visit

WIDTHS = (1440, 1024)
PATIENT_PAGES = PAGES[:-1]


def everywhere(visit: Visit, name: str, pages: tuple[str, ...]) -> None:
    for page in pages:
        visit.go(page)
        visit.whole(f"{name}, {page}")
        for width in WIDTHS:
            visit.shot(f"{name}-{page.lower().replace(' ', '-')}", width)


def test_the_first_page(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Open this patient").wait_for()
    everywhere(visit, "first", ("ECG",))
    visit.quiet()


def test_a_simulated_patient(visit: Visit) -> None:
    visit.example("LV hypertrophy")
    everywhere(visit, "example", PAGES)
    visit.quiet()


def real(file: str) -> bytes:
    path = ROOT.parent / "shared" / "ecg-files" / file
    if not path.is_file():
        pytest.skip(f"needs ../shared/ecg-files/{file}")
    return path.read_bytes()


def test_a_real_philips_recording(visit: Visit) -> None:
    visit.give("ecg.xml", real("philips_sierra_xml/3191723_ZZDEMOPTONLY_1_04_orig.xml"))
    visit.shows(ESTIMATE)
    visit.settle()
    everywhere(visit, "philips", PATIENT_PAGES)
    visit.quiet()


def test_a_real_ge_recording_asks_for_the_sex(visit: Visit) -> None:
    visit.give("ecg.xml", real("ge_muse_xml/braveheart_example2.xml"))
    visit.shows("withheld", exact=True)
    visit.go("LV mass")
    visit.shows("The sex is not in the file")
    visit.page.get_by_role("radio", name="male", exact=True).first.click()
    visit.shows(ESTIMATE)
    everywhere(visit, "ge", PATIENT_PAGES)
    visit.quiet()


def test_a_withheld_estimate(visit: Visit) -> None:
    recording = read(EXAMPLES[0].data())
    child = write_muse(recording.signal_mv, 500, Patient("male", 12, 150, 40))
    visit.give("child.xml", child)
    visit.shows("withheld", exact=True)
    visit.settle()
    everywhere(visit, "withheld", PATIENT_PAGES)
    visit.quiet()


def test_a_refused_file(visit: Visit) -> None:
    visit.give("letter.xml", b"<letter>Dear colleague</letter>")
    visit.page.locator('[data-testid="stAlert"]', has_text="letter").wait_for()
    visit.settle()
    everywhere(visit, "refused", ("ECG",))
    visit.quiet()
