"""The way in for files: which of those that were given make up the ECG to be opened.

Streamlit keeps a list to which the user adds and from which he or she removes. A WFDB record is two of its files; of
everything else the ECG is the one that was given last.
"""

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from lvm.language import tr
from lvm.ui.case import UPLOADED, close_case, open_case
from lvm.ui.frame import small

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

KEY = "ecg_file"
MAX_MB = 5
_HEADER, _WFDB = ".hea", (".hea", ".dat", ".mat", ".xyz")
_GIVEN, _OPENED = "files_given", "files_opened"  # ids that Streamlit gave


def one_ecg(names: Sequence[str]) -> list[int]:
    """Which files, in the order given, make up the ECG that was given last: one, or a WFDB header and its signals."""
    if not names:
        return []
    paths = [PurePath(name.lower()) for name in names]
    last = paths[-1]
    headers = [i for i, path in enumerate(paths) if path.suffix == _HEADER]
    if last.suffix not in _WFDB or not headers:
        return [len(names) - 1]
    header = next((i for i in reversed(headers) if paths[i].stem == last.stem), headers[-1])
    signals = [i for i, path in enumerate(paths) if path.suffix in _WFDB and path.suffix != _HEADER]
    of_its_name = [i for i in signals if paths[i].stem == paths[header].stem]
    return sorted([header, *(of_its_name or signals)])


def _changed() -> None:
    """Open what was added; close the case whose file was removed."""
    files: list[UploadedFile] = st.session_state[KEY]
    given, opened = [file.file_id for file in files], st.session_state.get(_OPENED, [])
    added = set(given) - set(st.session_state.get(_GIVEN, []))
    chosen = [files[i] for i in one_ecg([file.name for file in files])]
    st.session_state[_GIVEN] = given
    if not added and not set(opened) - set(given):  # removed was a file that is not open
        return
    st.session_state[_OPENED] = [file.file_id for file in chosen]
    st.query_params.clear()  # the address may name a simulated patient
    if chosen:
        open_case({file.name: file.getvalue() for file in chosen}, UPLOADED)
    else:
        close_case()


def open_example(data: bytes, label: str, about: str) -> None:
    """A simulated patient instead of a file; what lies in the list of files then is not what is open."""
    st.session_state[_OPENED] = []
    open_case({"example.xml": data}, label, about)


def kinds_of_file(accepted: str) -> str:
    """'XML, DICOM, WFDB or CSV': the readers' own list in few words."""
    known = ("XML", "DICOM", "SCP-ECG", "WFDB (.hea with .dat)", "CSV")
    *kinds, last = [kind for kind in known if kind.split()[0] in accepted]
    return tr("{kinds} or {last}", kinds=", ".join(kinds), last=last)


def upload_field(accepted: str) -> None:
    """The place to drop files. Of any name: whatever comes is refused in the reader's words, not in the browser's."""
    files = st.file_uploader(
        tr("12-lead ECG: {kinds}, up to {size} MB", kinds=kinds_of_file(accepted), size=MAX_MB),
        accept_multiple_files=True,
        key=KEY,
        on_change=_changed,
        max_upload_size=MAX_MB,
        help=tr("Reads {kinds}, each also in a zip archive.", kinds=accepted),
    )
    opened = st.session_state.get(_OPENED, [])
    if opened and len(files) > len(opened):
        last = tr("Several files are listed: the ECG given last is the one that is read.")
        small(last)
