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

import pytest

from lvm.cohort.examples import EXAMPLES

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
    real = ROOT.parent / "shared" / "ecg-files" / "philips_sierra_xml" / "129DYPRG_1_03.xml"
    if real.exists():
        return real
    simulated = tmp_path / "example.xml"
    simulated.write_bytes(EXAMPLES[0].data())
    return simulated


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


@pytest.mark.parametrize("visit", ["light"], indirect=True)
def test_a_file_that_is_no_ecg_is_refused(visit: Visit, tmp_path: Path) -> None:
    bad = tmp_path / "letter.xml"
    bad.write_text("<letter>Dear colleague</letter>")
    visit.page.locator('input[type="file"]').set_input_files(str(bad))
    visit.page.locator('[data-testid="stAlert"]', has_text="letter").wait_for(timeout=60_000)
    visit.go("LV mass")
    assert visit.page.get_by_text("No ECG is open yet").is_visible()
    assert visit.outside == []
    assert visit.errors == []
