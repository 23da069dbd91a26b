"""A cohort on disk, so that it comes in through the front door like anybody's data.

cohort.csv      the table that `python -m lvm train` takes: see lvm.train.table
ecg/00001.xml   one GE MUSE file a member
cohort.json     how it was made, and what came out: see lvm.cohort.report
report.html     the same to look at
"""

import csv
import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from lvm.cohort.muse import write_muse
from lvm.cohort.report import describe, page
from lvm.cohort.semisynthetic import Cohort, Member
from lvm.cohort.source import Origin
from lvm.errors import CohortError

TABLE, REPORT, PAGE = "cohort.csv", "cohort.json", "report.html"
COLUMNS = (
    "file", "lvm_g", "sex", "age", "height", "weight", "p_axis", "qrs_axis", "t_axis", "qrs_duration",
    "patient", "expected_g", "origin",
)  # fmt: skip


def _row(member: Member, file: str) -> dict[str, object]:
    r = member.recording
    numbers = {
        "lvm_g": member.lvm_g,
        "age": r.patient.age_years,
        "height": r.patient.height_cm,
        "weight": r.patient.weight_kg,
        "p_axis": r.device.p_axis_deg,
        "qrs_axis": r.device.qrs_axis_deg,
        "t_axis": r.device.t_axis_deg,
        "qrs_duration": r.device.qrs_duration_ms,
        "expected_g": member.expected_g,
    }
    rounded = {name: "" if value is None else round(value, 1) for name, value in numbers.items()}
    return rounded | {"file": file, "sex": r.patient.sex, "patient": member.patient, "origin": member.origin}


def check_new(folder: Path) -> None:
    """Raises CohortError unless a cohort can be written to that folder."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CohortError(f"{folder.name} is there already. Give a new or empty folder.")


def made_here(table: Path) -> dict[str, Any] | None:
    """What cohort.json says of a table that `write` wrote, and None of any other table.

    Raises CohortError of a table that says its masses were computed, but not how.
    """
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):  # no such file, or none of ours
        fields = json.loads((table.parent / REPORT).read_text(encoding="utf-8"))
        if fields["table_sha256"] == _sha256(table) and {"method", "sources"} <= fields.keys():
            return dict(fields)
    heading = b""
    with suppress(OSError), table.open("rb") as opened:  # lvm.train.table says what is wrong with it
        heading = opened.readline(10_000)
    if b"expected_g" in heading:
        raise CohortError(
            f"{table.name} holds computed masses (column expected_g), and the {REPORT} that belongs to it is not "
            "beside it. Keep the folder of a cohort together, as it was written."
        )
    return None


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _statement(origin: Origin) -> str:
    return (
        f"Changed or made by computer, and the patient is invented. Source: {origin.name}, {origin.attribution}, "
        f"{origin.licence}."
    )


def write(cohort: Cohort, folder: Path) -> dict[str, Any]:
    """Write a cohort under a new or empty folder; returns what cohort.json holds. Raises CohortError: see check_new."""
    check_new(folder)
    statements = {origin.name: _statement(origin) for origin in cohort.origins}
    (folder / "ecg").mkdir(parents=True)
    width = len(str(len(cohort.members)))
    with (folder / TABLE).open("w", newline="", encoding="utf-8") as opened:
        table = csv.DictWriter(opened, COLUMNS)
        table.writeheader()
        for number, member in enumerate(cohort.members, start=1):
            file = f"ecg/{number:0{width}d}.xml"
            r = member.recording
            data = write_muse(r.signal_mv, r.sampling_rate_hz, r.patient, r.device, statements[member.origin])
            (folder / file).write_bytes(data)
            table.writerow(_row(member, file))
    fields = describe(cohort) | {"table_sha256": _sha256(folder / TABLE)}
    (folder / REPORT).write_text(json.dumps(fields, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    (folder / PAGE).write_text(page(fields, cohort.pictures), encoding="utf-8")
    return fields
