"""The application in a real browser: an upload reaches an estimate, nothing leaves this machine, axe finds nothing."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from lvm.cohort.examples import EXAMPLES
from lvm.read import read
from lvm.recording import LEADS, Recording

ROOT = Path(__file__).parents[2]
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
PAGES = ("ECG", "Beats", "LV mass", "Saliency", "Models")
BUSY = (
    '() => !document.querySelector(\'[data-test-script-state="running"], [data-testid="stSkeleton"]\')'
    " && document.querySelector('[data-testid=\"stApp\"]') !== null"
)
ESTIMATE = re.compile(r"\d+ g \(\d+–\d+ g\)")


def missing(what: str) -> None:
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"needs {what}")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the running application; its output goes to a file, for a pipe nobody reads would fill."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port),
               "--server.address", "127.0.0.1", "--server.headless", "true"]  # fmt: skip
    log = tmp_path_factory.mktemp("server") / "log"
    with log.open("w") as out, subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT) as process:
        try:
            for _ in range(300):
                try:
                    with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
                        if answer.read() == b"ok":
                            break
                except OSError:
                    time.sleep(0.1)
            else:
                pytest.fail(f"the application did not start: {log.read_text()}")
            yield url
        finally:
            process.terminate()
    assert "Traceback" not in log.read_text()
    assert "external IP" not in log.read_text()  # Streamlit's question to an outside host for this machine's address


@dataclass
class Visit:
    """An open page, and what it asked of others or complained about."""

    page: object
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def settle(self) -> None:
        self.page.wait_for_timeout(300)
        self.page.wait_for_function(BUSY, timeout=60_000)
        self.page.wait_for_timeout(300)

    def go(self, name: str) -> None:
        self.page.locator('[data-testid="stTopNavLink"]', has_text=re.compile(f"^{name}$")).click()
        self.page.get_by_role("heading", name=name, exact=True, level=1).wait_for(timeout=60_000)
        self.settle()


@pytest.fixture(params=["light", "dark"])
def visit(server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        missing("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGS)
        context = browser.new_context(viewport={"width": 1024, "height": 900}, color_scheme=request.param)
        page = context.new_page()
        seen = Visit(page)
        own = (server, server.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(own) else seen.outside.append(r.url))
        page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: seen.errors.append(str(e)))
        page.goto(server)
        page.locator('input[type="file"]').wait_for(state="attached", timeout=60_000)
        seen.settle()
        yield seen
        browser.close()


@pytest.fixture
def ecg_file(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A real Philips file where there is one, else a simulated MUSE file."""
    real = ROOT.parent / "shared" / "ecg-files" / "philips_sierra_xml" / "3191723_ZZDEMOPTONLY_1_04_orig.xml"
    if real.exists():
        return real
    simulated = tmp_path / "example.xml"
    simulated.write_bytes(EXAMPLES[0].data())
    return simulated


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


def give(visit: "Visit", name: str, data: bytes) -> None:
    visit.page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "", "buffer": data})


def violations(page: object) -> list[tuple[str, str, str]]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (v["impact"], v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")
    ]


def test_an_upload_reaches_an_estimate_on_every_page(visit: Visit, ecg_file: Path) -> None:
    page = visit.page
    assert violations(page) == []
    page.locator('input[type="file"]').set_input_files(str(ecg_file))
    page.get_by_text(ESTIMATE).first.wait_for(timeout=60_000)
    visit.settle()
    header = page.get_by_text(ESTIMATE).first.inner_text()
    for name in PAGES:
        visit.go(name)
        assert page.get_by_text("Not a medical device").is_visible()
        assert page.get_by_text(ESTIMATE).first.inner_text() == header
        assert page.locator('[data-testid="stException"]').count() == 0
        assert violations(page) == [], name
        too_wide = page.locator('[data-testid="stMain"]').evaluate("m => m.scrollWidth - m.clientWidth")
        assert too_wide <= 2, name
    visit.go("LV mass")
    assert header.split(" (")[0] == page.locator('[data-testid="stMetricValue"]').first.inner_text().strip()
    assert ecg_file.stem not in page.content()
    assert "?" not in page.url
    assert visit.outside == []
    assert visit.errors == []


def test_every_section_of_the_models_page_is_whole(visit: Visit) -> None:
    page = visit.page
    visit.go("Models")
    sections = page.get_by_role("radiogroup").first.get_by_role("radio")
    names = sections.all_inner_texts()
    assert len(names) == 7
    for name in names:
        page.get_by_role("radio", name=name, exact=True).click()
        visit.settle()
        assert page.get_by_role("heading", level=2).first.is_visible()
        assert page.locator('[data-testid="stException"]').count() == 0
        assert violations(page) == [], name
        too_wide = page.locator('[data-testid="stMain"]').evaluate("m => m.scrollWidth - m.clientWidth")
        assert too_wide <= 2, name
    assert visit.outside == []
    assert visit.errors == []


def test_a_map_by_every_method_and_its_pictures(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="LV hypertrophy").click()
    page.get_by_text(ESTIMATE).first.wait_for(timeout=60_000)
    visit.go("Saliency")
    for method in ("Gradient", "Grad-CAM", "Shapley values"):
        page.get_by_role("radio", name=method, exact=True).click()
        visit.settle()
        assert page.get_by_text(
            re.compile("Read this map with care|Do not read this map|The map holds in all")
        ).is_visible()
        assert page.locator('[data-testid="stException"]').count() == 0
    for label, begins in (("Picture, PNG", b"\x89PNG"), ("Picture, SVG", b"<?xml")):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=label, exact=True).first.click()
        data = Path(waiting.value.path()).read_bytes()
        assert data.startswith(begins)
        assert len(data) > 20_000
    assert violations(page) == []
    assert visit.outside == []
    assert visit.errors == []


light = pytest.mark.parametrize("visit", ["light"], indirect=True)


@light
def test_what_is_no_ecg_is_refused_and_the_next_file_opens(visit: Visit) -> None:
    page = visit.page
    give(visit, "letter.xml", b"<letter>Dear colleague</letter>")
    page.locator('[data-testid="stAlert"]', has_text="letter").wait_for(timeout=60_000)
    give(visit, "ecg.pdf", b"%PDF-1.7 printed")
    page.locator('[data-testid="stAlert"]', has_text="PDF document").wait_for(timeout=60_000)
    visit.settle()
    assert violations(page) == []
    give(visit, "ecg.csv", as_csv(read(EXAMPLES[0].data()), "# sex: male"))
    page.get_by_text(ESTIMATE).first.wait_for(timeout=60_000)
    assert page.get_by_text("man, age not known").is_visible()
    assert visit.outside == []
    assert visit.errors == []


@light
def test_a_header_asks_for_its_signals_and_then_opens(visit: Visit) -> None:
    page = visit.page
    header, signals = as_wfdb(read(EXAMPLES[0].data()), "# sex: M")
    give(visit, "r.hea", header)
    page.locator('[data-testid="stAlert"]', has_text="The WFDB header holds no samples").wait_for(timeout=60_000)
    give(visit, "r.dat", signals)
    page.get_by_text(ESTIMATE).first.wait_for(timeout=60_000)
    visit.settle()
    assert page.locator('[data-testid="stAlert"]', has_text="holds no samples").count() == 0
    assert visit.errors == []


def test_withheld_until_overridden_and_then_marked(visit: Visit) -> None:
    page = visit.page
    give(visit, "child.csv", as_csv(read(EXAMPLES[0].data()), "# sex: male\n# age: 12"))
    page.get_by_text("withheld", exact=True).wait_for(timeout=60_000)
    visit.go("LV mass")
    assert page.locator('[data-testid="stAlert"]', has_text="Age 12 (from the file)").is_visible()
    assert page.locator('[data-testid="stMetricValue"]').count() == 0
    assert violations(page) == []
    page.get_by_text("Show an estimate anyway, for teaching").click()
    page.get_by_text(re.compile(r"\d+ g, outside scope")).first.wait_for(timeout=60_000)
    visit.settle()
    height = page.get_by_label("Height, cm (imputed")
    place = height.bounding_box()["y"]
    height.fill("150")
    height.press("Enter")
    page.get_by_label("Height, cm (typed; file: none)").wait_for(timeout=60_000)
    visit.settle()
    assert page.get_by_label("Height, cm").bounding_box()["y"] == place  # nothing moved
    assert page.get_by_text(re.compile(r"\d+ g, outside scope")).first.is_visible()
    assert violations(page) == []
    visit.go("Saliency")
    assert page.locator('[data-testid="stAlert"]', has_text="Outside scope: shown for teaching only.").is_visible()
    assert visit.outside == []
    assert visit.errors == []
