"""An ECG file on disk, with what lies beside it. Nothing large or endless is ever loaded."""

import stat
from pathlib import Path

from lvm import read
from lvm.errors import NotAnEcgError, ReadError
from lvm.language import said
from lvm.read import source
from lvm.recording import Recording


def read_file(path: Path | str) -> Recording:
    """Read the ECG file at `path`; its own header may name files beside it. Raises ReadError and nothing else."""
    file = Path(path)
    try:
        data = _regular(file)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else "that is no file name"
        raise ReadError(
            said("The file cannot be opened: {reason}. Check its name and permissions.", reason=reason)
        ) from None

    def beside(name: str) -> bytes | None:
        if name in ("", ".", "..") or set(name) & set("/\\:\0"):
            return None
        try:
            return _regular(file.parent / name)
        except (OSError, ValueError, NotAnEcgError):
            return None

    return read.read(data, beside)


def _regular(file: Path) -> bytes:
    """The bytes of a regular file of at most the size of an ECG. Raises OSError, or NotAnEcgError."""
    found = file.stat()
    if stat.S_ISDIR(found.st_mode):
        raise NotAnEcgError(said("This is a folder. Give the file of one ECG."))
    if not stat.S_ISREG(found.st_mode):
        raise NotAnEcgError(said("This is no regular file but a device or a pipe. Save the ECG as a file first."))
    source.check_size(found.st_size)
    with file.open("rb") as opened:
        return opened.read(source.MAX_BYTES + 1)  # it may have grown
