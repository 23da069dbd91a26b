"""Real recordings to start from: a folder in PTB-XL's public layout, the whole or a part of it.

PTB-XL: Wagner et al., Sci Data 2020;7:154, CC BY 4.0. Left out are records of conduction disease with a wide QRS,
atrial fibrillation and flutter, pre-excitation and pacing, as in the paper, and records without sex or fewer than three
usable beats.
"""

import ast
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from lvm.analysis import analyse
from lvm.cohort.source import Origin, Source, usable
from lvm.errors import CohortError
from lvm.recording import LEADS, Patient, Recording, Sex, Signal

ORIGIN = Origin("PTB-XL", "Wagner et al., Sci Data 2020;7:154", "CC BY 4.0")
_OLDEST = 89.0  # years; whoever is older is given the age of 300
LEFT_OUT = {"CLBBB", "CRBBB", "ILBBB", "IVCD", "WPW", "AFIB", "AFLT", "SVTAC", "PSVT", "PACE"}


def _read_signal(header: Path) -> Signal:
    """A WFDB record of PTB-XL: 12 leads, 16-bit, 500 Hz, one gain for all -> (12, T) mV."""
    first, *leads = header.read_text(encoding="ascii").splitlines()
    fields = [line.split() for line in leads if not line.startswith("#")]
    if first.split()[1:3] != ["12", "500"] or any(f[1:3] != ["16", "1000.0(0)/mV"] for f in fields):
        raise CohortError(f"Record {header.stem} is not in PTB-XL's 500 Hz layout. Use its folder records500.")
    names = [{"AVR": "aVR", "AVL": "aVL", "AVF": "aVF"}.get(f[-1], f[-1]) for f in fields]
    counts = np.fromfile(header.with_suffix(".dat"), "<i2").reshape(-1, 12).T
    return (counts[[names.index(lead) for lead in LEADS]] / np.float32(1000)).astype(np.float32)


def sources(folder: Path, progress: Callable[[int, int], None] = lambda *_: None) -> list[Source]:
    """Every record of the folder's table whose 500 Hz signal is there, analysed; minutes for the whole of PTB-XL."""
    table_file = folder / "ptbxl_database.csv"
    if not table_file.is_file():
        raise CohortError("The folder has no ptbxl_database.csv. Give the folder into which PTB-XL was unpacked.")
    table = pd.read_csv(table_file)
    found = []
    for done, row in enumerate(table.itertuples(), start=1):
        progress(done, len(table))
        header = folder / f"{row.filename_hr}.hea"
        codes = frozenset(ast.literal_eval(str(row.scp_codes)))
        if (
            not header.is_file()
            or not header.with_suffix(".dat").is_file()
            or codes & LEFT_OUT
            or row.sex not in (0, 1)
        ):
            continue
        sex: Sex = "male" if row.sex == 0 else "female"
        analysis = analyse(Recording(_read_signal(header), 500.0, ORIGIN.name, None, Patient(sex=sex)))
        if usable(analysis):
            patient = f"ptbxl-{int(float(str(row.patient_id)))}"
            age = float(str(row.age))
            known_age = age if age <= _OLDEST else None
            found.append(Source(patient, sex, codes, analysis, ORIGIN, known_age))
    if not found:
        raise CohortError("No usable record was found. The folder needs ptbxl_database.csv and records500.")
    return found
