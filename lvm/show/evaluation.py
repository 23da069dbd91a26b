"""An evaluation as tables for the screen, and its plots as one HTML page that asks for nothing outside itself."""

import re
from collections.abc import Sequence
from html import escape

import pandas as pd
from plotly.io import to_html

from lvm.evaluation import KINDS, NOTICE, Block, Evaluation, Points, Table
from lvm.language import mark, tr
from lvm.show import agreement
from lvm.show.card_values import plain
from lvm.show.colours import LIGHT
from lvm.written import COLON, told

BLAND_ALTMAN = mark("Bland-Altman: estimate minus true mass")
CALIBRATION = mark("Calibration: true mass against estimate")
HOW_TO_READ = mark(
    "Each ECG is judged by a network that has not met its patient. Bias is the mean of estimate minus true mass; 95 % "
    "of the differences are expected between the limits of agreement. Calibration: slope 1 and intercept 0 g are "
    "perfect. The less a method can tell, the nearer its estimates lie to the mean of all: then heavy hearts come out "
    "too light, and the points of the first plot slope downwards."
)
_STYLE = """
:root { color-scheme: light }
body { font: 16px/1.5 system-ui, sans-serif; color: #1b2226; background: #fff; max-width: 72rem; margin: 2rem auto;
  padding: 0 1rem }
p { max-width: 46rem } h1 { font-size: 1.7rem } h2 { font-size: 1.3rem; margin-top: 2.5rem }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem } figure { margin: 0; overflow-x: auto } figure > div { min-width: 50rem }
"""


def tables(evaluation: Evaluation | None, papers: Sequence[Table] = ()) -> dict[str, Table]:
    """By what the user chooses from; papers: tables of the papers, of which those follow that are not repeated."""
    found = list(evaluation.tables) if evaluation else []
    found += [table for table in papers if table.name not in {one.name for one in found}]
    return {f"{table.name}: {table.title}": table for table in found}


def label(table: Table) -> str:
    """'Table 2: What each set of inputs adds', in the language spoken."""
    return tr(COLON, one=told(table.name), other=told(table.title))


def frame(block: Block) -> pd.DataFrame:
    """A block as it is shown: formatting signs escaped, and no line broken within a figure."""
    rows = [(_told(row[0]), *map(_whole, map(_told, row[1:]))) for row in block.rows]
    return pd.DataFrame(rows, columns=list(map(_told, block.columns)))


def _told(text: str) -> str:
    return plain(told(text))


def _whole(text: str) -> str:
    """In a narrow cell '14.56 ± 0.53 g', '0.93 (0.89–0.96)' and '7 of 10' stay whole."""
    text = re.sub(r" (?=±)|(?<=±) |(?<=\d) (?=[%(a-z])|(?<=\bof) (?=\d)", "\N{NO-BREAK SPACE}", text)
    return re.sub(r"(?<=\d)–(?=\d)", "–\N{WORD JOINER}", text)


def made(evaluation: Evaluation) -> pd.DataFrame:
    """How it was made, a row a fact."""
    return pd.DataFrame(
        [(_told(name), _told(fact)) for name, fact in evaluation.made.items()], columns=[tr("Fact"), tr("Value")]
    )


def by_system(evaluation: Evaluation) -> dict[str, tuple[Points, ...]]:
    """The points of each system, men first."""
    found: dict[str, list[Points]] = {}
    for points in evaluation.points:
        found.setdefault(points.system, []).append(points)
    return {name: tuple(sorted(parts, key=lambda p: p.sex, reverse=True)) for name, parts in found.items()}


def page(evaluation: Evaluation) -> str:
    """plots.html: Bland-Altman and calibration of every system by sex."""
    words = KINDS[evaluation.kind]
    parts = [
        f"<h1>{escape(evaluation.title)}</h1><p><b>{NOTICE}</b></p>",
        f"<p><b>{escape(words.heading)}.</b> {escape(words.beside)}</p><p>{escape(HOW_TO_READ)}</p>",
    ]
    for number, (system, points) in enumerate(by_system(evaluation).items()):
        parts.append(f"<h2>{escape(system)}</h2>")
        for heading, draw, describe in (
            (BLAND_ALTMAN, agreement.bland_altman, agreement.bland_altman_described),
            (CALIBRATION, agreement.calibration, agreement.calibration_described),
        ):
            first = number == 0 and draw is agreement.bland_altman
            plot = to_html(
                draw(points, LIGHT),
                config={"responsive": True, "displayModeBar": False},
                include_plotlyjs=first,
                full_html=False,
                div_id=f"{draw.__name__.replace('_', '-')}-{number + 1}",
            )
            said = escape(describe(points), quote=True)
            label = escape(f"{heading}. {system}", quote=True)
            parts.append(f"<h3>{heading}</h3><figure role='group' aria-label='{label}'>{plot}</figure><p>{said}</p>")
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(evaluation.title)}</title><style>{_STYLE}</style></head>\n<body><main>\n"
        + "\n".join(parts)
        + "\n</main></body></html>\n"
    )
