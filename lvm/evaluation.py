"""What an evaluation found: tables in blocks that must not be confused, and the points of its plots.

`python -m lvm evaluate` and `planted-truth` make it and write it as files:

evaluation.json  all of it; the page Models shows those in the folders of weights/ that are named below
tables.md        the tables to read, under the headings and with the words of lvm.kinds
tables.csv       the same to compute with: a row a cell
plots.html       where there are points: Bland-Altman and calibration plots by sex, which ask for nothing from outside
"""

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from lvm.errors import EvaluationError
from lvm.kinds import KINDS as KINDS
from lvm.kinds import About, Words, words
from lvm.kinds import Kind as Kind
from lvm.language import said
from lvm.recording import Sex

# Folders under weights/: cross-validation of all systems, and elsewhere; where networks look, and which maps are true.
SYSTEMS, EXTERNAL, SALIENCY, PLANTED = "evaluation", "external", "saliency", "planted-truth"
DATA, READ, CELLS, PLOTS = "evaluation.json", "tables.md", "tables.csv", "plots.html"
FORMAT = 1
NOTICE = "Research and education only. Not a medical device. Do not use for patient care."


@dataclass(frozen=True)
class Block:
    """One kind of figures of a table, every cell as it is shown, with its unit; columns have different names."""

    kind: Kind
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    about: About = "mass"

    def __post_init__(self) -> None:
        if not self.columns or len(set(self.columns)) < len(self.columns):
            raise ValueError(f"the columns {self.columns} of a block are none or not different")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a block with the columns {self.columns} has a row of another length")

    @property
    def words(self) -> Words:
        return words(self.kind, self.about)


@dataclass(frozen=True)
class Table:
    """Such as "Table 2"; each kind of figures is in a block of its own."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Points:
    """Estimates and true masses in grams of one sex by one system, of recordings that it had not met."""

    sex: Sex
    system: str
    estimate_g: tuple[float, ...]
    truth_g: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.estimate_g) != len(self.truth_g) or not self.truth_g:
            raise ValueError(f"the points of {self.system} have no masses, or not one for each estimate")
        if not all(map(math.isfinite, (*self.estimate_g, *self.truth_g))):
            raise ValueError(f"the points of {self.system} hold a mass that is no number")


@dataclass(frozen=True)
class Evaluation:
    """made : facts of how, by name, such as {"Recordings": "1,459 ..."}; kind : of the masses, "cohort" or "own"."""

    title: str
    kind: Kind
    made: dict[str, str]
    tables: tuple[Table, ...]
    points: tuple[Points, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def write(evaluation: Evaluation, folder: Path) -> None:
    """Write the files, over older ones; masses in evaluation.json are rounded to 0.1 g."""
    from lvm.show.evaluation import page

    fields = {"format": FORMAT} | evaluation.as_dict()
    for points in fields["points"]:
        for name in ("estimate_g", "truth_g"):
            points[name] = [round(grams, 1) for grams in points[name]]
    data = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    texts = {DATA: data + "\n", READ: markdown(evaluation), CELLS: cells(evaluation)}
    if evaluation.points:
        texts[PLOTS] = page(evaluation)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / PLOTS).unlink(missing_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")


def read(folder: Path) -> Evaluation | None:
    """What `write` left there; None where there is no evaluation.json. Raises EvaluationError where it is damaged."""
    try:
        data = (folder / DATA).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise EvaluationError(
            said("{data} in {folder} cannot be opened: {why}.", data=DATA, folder=folder.name, why=error.strerror)
        ) from None
    try:
        return _evaluation(json.loads(data))
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise EvaluationError(
            said(
                "{data} in {folder} is damaged: {error}. Make it again with the command that made it.",
                data=DATA,
                folder=folder.name,
                error=str(error),
            )
        ) from None


def _evaluation(found: Any) -> Evaluation:
    version, title, kind, made, tables, points = _fields(found, "format", "title", "kind", "made", "tables", "points")
    if version != FORMAT:
        raise ValueError(f"it has format {version!r}, and this version reads {FORMAT}")
    if not isinstance(made, dict):
        raise TypeError(f"made is {made!r}")
    return Evaluation(
        _text(title),
        _one_of(Kind, kind),
        {name: _text(fact) for name, fact in made.items()},
        tuple(map(_table, _list(tables))),
        tuple(map(_points, _list(points))),
    )


def _table(found: Any) -> Table:
    name, title, blocks = _fields(found, "name", "title", "blocks")
    return Table(_text(name), _text(title), tuple(map(_block, _list(blocks))))


def _block(found: Any) -> Block:
    if isinstance(found, dict):  # older ones do not say it
        found = {"about": "mass"} | found
    kind, columns, rows, note, about = _fields(found, "kind", "columns", "rows", "note", "about")
    rows = tuple(map(_texts, _list(rows)))
    return Block(_one_of(Kind, kind), _texts(columns), rows, _text(note), _one_of(About, about))


def _points(found: Any) -> Points:
    sex, system, estimate, truth = _fields(found, "sex", "system", "estimate_g", "truth_g")
    return Points(_one_of(Sex, sex), _text(system), _grams(estimate), _grams(truth))


def _fields(found: Any, *names: str) -> list[Any]:
    """The values under exactly these names."""
    if not isinstance(found, dict) or set(found) != set(names):
        raise TypeError(f"not {', '.join(names)} were found but {_brief(found)}")
    return [found[name] for name in names]


def _list(found: Any) -> list[Any]:
    if not isinstance(found, list):
        raise TypeError(f"a list is expected, not {_brief(found)}")
    return found


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError(f"a text is expected, not {_brief(found)}")
    return found


def _texts(found: Any) -> tuple[str, ...]:
    return tuple(map(_text, _list(found)))


def _grams(found: Any) -> tuple[float, ...]:
    values = _list(found)
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise TypeError("masses are numbers")
    return tuple(map(float, values))


def _one_of(kinds: Any, found: Any) -> Any:
    if found not in get_args(kinds):
        raise ValueError(f"one of {', '.join(get_args(kinds))} is expected, not {_brief(found)}")
    return found


def _brief(found: Any) -> str:
    text = ", ".join(map(str, found)) if isinstance(found, dict) else repr(found)
    return text if len(text) <= 60 else f"{text[:60]} ..."


def _blocks(evaluation: Evaluation) -> Iterator[tuple[Table, Block]]:
    for table in evaluation.tables:
        for block in table.blocks:
            yield table, block


def cells(evaluation: Evaluation) -> str:
    """All tables as CSV, a row a cell, each with the heading of its block."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("table", "block", "row number", "row name", "column", "value"))
    for table, block in _blocks(evaluation):
        for number, row in enumerate(block.rows, start=1):
            for column, value in zip(block.columns, row, strict=True):
                rows.writerow((table.name, block.words.heading, number, row[0], column, value))
    return text.getvalue()


def markdown(evaluation: Evaluation) -> str:
    """All tables to read: how they were made, what each kind of block can and cannot show, and the blocks."""
    kinds = dict.fromkeys(block.words for _, block in _blocks(evaluation))
    parts = [f"# {_plain(evaluation.title)}", f"**{NOTICE}**"]
    parts.append("\n".join(f"- {_plain(name)}: {_plain(fact)}" for name, fact in evaluation.made.items()))
    parts.append("## What the blocks can show")
    parts += [f"**{kind.heading}.** {kind.beside}" for kind in kinds]
    for table in evaluation.tables:
        parts.append(f"## {_plain(table.name)}: {_plain(table.title)}")
        for block in table.blocks:
            lines = [block.columns, ("---",) * len(block.columns), *block.rows]
            parts += [
                f"### {_plain(table.name)}. {block.words.heading}",
                "\n".join(f"| {' | '.join(map(_plain, line))} |" for line in lines),
                _plain(block.note),
            ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _plain(text: str) -> str:
    """On one line, and without what would break a table or be taken for HTML."""
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<")
