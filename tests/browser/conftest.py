"""The running application, and a browser that visits it, in light and dark."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lvm.cohort.examples import EXAMPLES
from tests.browser.visit import ARGS, LONGEST_S, ROOT, Visit


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


@pytest.fixture(params=["light", "dark"])
def visit(server: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The first page, 1024 pixels wide."""
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
        context.set_default_timeout(LONGEST_S * 1000)
        page = context.new_page()
        seen = Visit(page, request.param)
        own = (server, server.replace("http", "ws"), "data:", "blob:")
        page.on("request", lambda r: None if r.url.startswith(own) else seen.outside.append(r.url))
        page.on("console", lambda m: seen.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: seen.errors.append(str(e)))
        page.goto(server)
        page.locator('input[type="file"]').wait_for(state="attached")
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
