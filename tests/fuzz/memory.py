"""The most memory that a stretch of this process takes, outside what Python itself counts too (lxml, NumPy)."""

from pathlib import Path

_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


class Peak:
    """Measures from begin() on. Linux only: elsewhere it says 0."""

    def begin(self) -> None:
        self._before = 0.0
        if _RESET.exists():
            _RESET.write_text("5")  # the peak is now what is held now
            self._before = _held_mb("VmRSS")

    def megabytes(self) -> float:
        return max(0.0, _held_mb("VmHWM") - self._before) if _RESET.exists() else 0.0


def _held_mb(name: str) -> float:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
