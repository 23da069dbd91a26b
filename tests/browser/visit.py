"""A page of the running application in a real browser, which notes what it should not do."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SCREENS = ROOT / "build" / "screens"  # pictures of every page, to be looked at after the tests
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync"]  # fmt: skip
LONGEST_S = 120  # that anything is waited for: on a busy machine everything comes, but late
PAGES = ("ECG", "Beats", "LV mass", "Saliency", "Models")
ESTIMATE = re.compile(r"^\d+ g \(\d+–\d+ g\)$")  # in the header
_QUIET = """() => {
    const busy = document.querySelector('[data-test-script-state="running"], [data-testid="stSkeleton"]');
    const up = document.querySelector('[data-testid="stApp"]');
    const now = performance.now();
    if (busy || !up || window.quietSince === undefined) window.quietSince = now;
    return now - window.quietSince > 500;
}"""


@dataclass
class Visit:
    """An open page, and what it asked of others or complained about."""

    page: Any
    theme: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Wait until nothing has run for half a second. What a slow machine has yet to begin, it does not see: what
        must come to the screen is waited for by `shows` and `until`."""
        self.page.evaluate("() => { window.quietSince = undefined }")
        self.page.wait_for_function(_QUIET)

    def shows(self, text: str | re.Pattern[str], *, exact: bool = False) -> None:
        """Wait for a text."""
        self.page.get_by_text(text, exact=exact).first.wait_for()

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds."""
        end = time.monotonic() + LONGEST_S
        while not holds():
            assert time.monotonic() < end, f"not after {LONGEST_S} s"
            self.page.wait_for_timeout(100)

    def go(self, name: str) -> None:
        self.page.locator('[data-testid="stTopNavLink"]', has_text=re.compile(f"^{name}$")).click()
        self.page.get_by_role("heading", name=name, exact=True, level=1).wait_for()
        self.settle()

    def give(self, name: str, data: bytes) -> None:
        """Drop a file."""
        self.page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "", "buffer": data})

    def example(self, name: str) -> None:
        """Open a simulated patient, and wait for the estimate."""
        self.page.get_by_role("button", name=re.compile(f"^[1-9]: .*{name}")).click()
        self.shows(ESTIMATE)
        self.settle()

    def estimate(self) -> str:
        """What the header says."""
        return str(self.page.get_by_text(ESTIMATE).first.inner_text())

    def violations(self) -> list[tuple[str, str, str]]:
        """What axe finds serious or critical."""
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page).response["violations"]
        return [
            (v["impact"], v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in ("serious", "critical")
        ]

    def whole(self, where: str) -> None:
        """The page shows no error, is no wider than the window, and axe has nothing grave to say of it."""
        assert self.page.locator('[data-testid="stException"]').count() == 0, where
        too_wide = self.page.locator('[data-testid="stMain"]').evaluate("m => m.scrollWidth - m.clientWidth")
        assert too_wide <= 2, where
        found = self.violations()
        assert found == [], f"{where}: {found}"

    def quiet(self) -> None:
        """Nothing was asked of another host, and the browser had nothing to complain about."""
        assert self.outside == []
        assert self.errors == []

    def shot(self, name: str, width: int) -> None:
        """Keep a picture of the whole page in a window of this width, in which nothing may be wider."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        before = self.page.viewport_size
        self.page.set_viewport_size({"width": width, "height": before["height"]})
        self.settle()
        wide, full = self.page.locator('[data-testid="stMain"]').evaluate(
            "m => [m.scrollWidth - m.clientWidth, m.scrollHeight]"
        )
        assert wide <= 2, f"{name}, {width} px"
        self.page.set_viewport_size({"width": width, "height": min(full + 60, 6000)})
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=str(SCREENS / f"{name}-{self.theme}-{width}.png"))
        self.page.set_viewport_size(before)
