"""The report of a cohort as one HTML page that asks for nothing outside itself."""

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.io import to_html
from plotly.subplots import make_subplots

from lvm.cohort.semisynthetic import METHOD, Picture
from lvm.recording import LEAD_GROUPS, LEADS
from lvm.show.beat import time_ms

_MEAN_WITHIN, _SD_WITHIN = 5.0, 10.0  # per cent
_ROWS = {
    "lvm_g": "LV mass, g",
    "lvmi_g_m2": "LV mass index, g/m²",
    "age_years": "Age, years",
    "height_cm": "Height, cm",
    "weight_kg": "Weight, kg",
    "qrs_duration_ms": "QRS duration, ms",
    "p_axis_deg": "P axis, degrees",
    "qrs_axis_deg": "QRS axis, degrees",
    "t_axis_deg": "T axis, degrees",
}
_SEMI = (
    "Real or generated ECGs were changed as whole hearts, and a patient was drawn for each: age and body size after "
    "Table 1 of Pan et al. 2026, the LV mass from published relations to body size and ECG. <b>Nobody's LV mass is in "
    "it.</b> It shows that a method works and how; what a network reaches on it says nothing about patients."
)
_PLANTED = (
    "Every ECG was computed, and the mass was made to depend on one known thing, which a network and its explanation "
    "then have to find. <b>Nobody's LV mass is in it, and nobody's ECG.</b> It is a test of methods: the relation "
    "between ECG and mass in it is no physiology."
)
_NARROWER = " The ECGs of this cohort vary less than patients' on purpose."
_HOW_SEMI = (
    "The mass is k H<sup>0.54</sup> W<sup>0.61</sup> exp(S + e − c (age − mean age)), H in m, W in kg. S is the ECG "
    "score: Cornell product, Sokolow-Lyon voltage and QRS duration, each in SDs of the normal recordings, and the "
    "effect of a full secondary ST-T change, by the weights below. e is normal and is what Table 1's spread leaves; a "
    "network can at best know the rest."
)
_HOW_PLANTED = "What the masses were drawn from, by sex."
# Mid-tones that stand out from light and dark paper alike. Plotly writes its other colours into every element, so only
# an important rule can follow the reader's scheme.
_BEFORE, _AFTER = "#8a9299", "#2f7fd6"
_STYLE = """
:root { color-scheme: light dark; --text: #1b2226; --muted: #566068; --line: #d5dadd; --paper: #fff; --flag: #a3341a }
@media (prefers-color-scheme: dark) {
  :root { --text: #edf1f2; --muted: #b0babf; --line: #3a4348; --paper: #14191c; --flag: #ff9d80 }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--paper); max-width: 68rem;
  margin: 2rem auto; padding: 0 1rem }
p { max-width: 46rem }
h1 { font-size: 1.7rem } h2 { font-size: 1.2rem; margin-top: 2.2rem }
h3 { font-size: 1rem; margin: 1.4rem 0 .4rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: left; padding: .25rem 1.4rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
thead th { color: var(--muted); font-weight: 600 } tbody th { font-weight: 400 }
td.n, th.n { text-align: right }
.flag { color: var(--flag); font-weight: 600 } .muted { color: var(--muted) }
figure { margin: 1rem 0 2rem } figure > div { min-width: 56rem } figcaption { font-weight: 600 }
.before, .after { display: inline-block; width: 1.6rem; height: .2rem; vertical-align: middle }
.js-plotly-plot text { fill: var(--text) !important }
.js-plotly-plot .gridlayer path, .js-plotly-plot .zerolinelayer path { stroke: var(--line) !important }
"""


def page(fields: dict[str, Any], pictures: Sequence[Picture]) -> str:
    """What `lvm.cohort.report.describe` gives, and the pictures, as a page."""
    semi = fields["method"] == METHOD
    title = "A semi-synthetic cohort" if semi else f"A cohort with a known truth, {fields['method']}"
    made = f"{fields['members']} members, seed {fields['seed']}, made with version {fields['version']}."
    parts = [
        f"<h1>{escape(title)}</h1><p>{_SEMI if semi else _PLANTED}</p><p class='muted'>{escape(made)}</p>",
        f"<h2>Where the recordings come from</h2>{_sources(fields['sources'])}",
        "<h2>Age, body size, mass and ECG beside Table 1</h2>"
        f"<p>Mean ± SD. Table 1 is met where the mean is within {_MEAN_WITHIN:g} % and the SD within {_SD_WITHIN:g} %."
        f"{'' if semi else _NARROWER}</p>",
        *(f"<h3>{escape(sex.capitalize())}</h3>{_marginals(rows)}" for sex, rows in fields["marginals"].items()),
        _correlations(fields["correlations"]) if semi else "",
        f"<h2>How the masses came about</h2><p>{_HOW_SEMI if semi else _HOW_PLANTED}</p>{_how(fields['how'])}",
    ]
    if pictures:
        parts.append(
            "<h2>What was changed</h2><p>One beat in twelve leads, all at the same scale: "
            f"<span class='before' style='background:{_BEFORE}'></span> before, "
            f"<span class='after' style='background:{_AFTER}'></span> after. Filtered at 0.5 to 40 Hz, as the network "
            "sees it.</p>"
        )
        parts += [_figure(number, picture) for number, picture in enumerate(pictures)]
    return (
        "<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> str:
    """A table of cells that are HTML already; the first of a row names it, the columns `numbers` stand to the right."""

    def cell(tag: str, column: int, text: str) -> str:
        scope = {"th": " scope='row'", "head": " scope='col'"}.get(tag, "")
        return f"<{tag.replace('head', 'th')}{scope}{' class=n' if column in numbers else ''}>{text}"

    def row(cells: Sequence[str], head: bool = False) -> str:
        return "<tr>" + "".join(cell("head" if head else "td" if i else "th", i, c) for i, c in enumerate(cells))

    body = "\n".join(row(cells) for cells in rows)
    return f"<div class='wide'><table><thead>{row(heads, head=True)}</thead>\n<tbody>{body}</tbody></table></div>"


def _sources(sources: Sequence[dict[str, Any]]) -> str:
    names = ("name", "recordings", "members", "attribution", "licence")
    rows = [[escape(str(source[name])) for name in names] for source in sources]
    return _table(("Source", "Patients", "Members", "Attribution", "Licence"), rows, (1, 2))


def _marginals(rows: dict[str, dict[str, list[float]]]) -> str:
    cells = []
    for name, found in rows.items():
        published, cohort = found["table_1"], found["cohort"]
        off = [100 * (ours - theirs) / abs(theirs) for ours, theirs in zip(cohort, published, strict=True)]
        beyond = [
            f"{what} off by more than {within:g} %"
            for what, by, within in zip(("mean", "SD"), off, (_MEAN_WITHIN, _SD_WITHIN), strict=True)
            if abs(by) > within
        ]
        both = [f"{mean:.1f} ± {sd:.1f}" for mean, sd in (published, cohort)]
        verdict = f"<span class='flag'>{' and '.join(beyond)}</span>" if beyond else "met"
        cells.append([escape(_ROWS.get(name, name)), *both, *(_signed(by, 1) for by in off), verdict])
    heads = ("", "Published", "Cohort", "Mean off, %", "SD off, %", "Table 1")
    return _table(heads, cells, (1, 2, 3, 4))


def _signed(value: float, digits: int) -> str:
    """With a true minus, and no sign at 0."""
    text = f"{value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def _correlations(by_sex: dict[str, dict[str, dict[str, Any]]]) -> str:
    """What a planted cohort is without: its masses follow nothing published."""
    names = dict.fromkeys(name for rows in by_sex.values() for name in rows)
    rows = []
    for name in names:
        found = [rows.get(name, {}) for rows in by_sex.values()]
        published = next((f["published"] for f in found if f.get("published")), None)
        between = f"{published[0]:.2f} to {published[1]:.2f}" if published else "none"
        rows.append([escape(name), between, *(_beside(f.get("r"), published) for f in found)])
    return (
        "<h2>Correlations with the LV mass</h2><p>Pearson's r within a sex, as measured in the ECGs of the cohort; the "
        "QRS duration is the electrocardiograph's.</p>"
        + _table(("", "Published r", *(escape(sex.capitalize()) for sex in by_sex)), rows, ())
    )


def _beside(r: float | None, published: Sequence[float] | None) -> str:
    if r is None:
        return "unknown"
    if published is None:
        return _signed(r, 2)
    where = "below" if r < published[0] else "above" if r > published[1] else "inside"
    return f"{_signed(r, 2)}, " + (where if where == "inside" else f"<span class='flag'>{where}</span>")


def _how(by_sex: dict[str, dict[str, float]]) -> str:
    names = dict.fromkeys(name for how in by_sex.values() for name in how)
    rows = [
        [escape(name), *(f"{how[name]:.3f}".replace("-", "−") if name in how else "" for how in by_sex.values())]
        for name in names
    ]
    return _table(("", *(escape(sex.capitalize()) for sex in by_sex)), rows, range(1, len(by_sex) + 1))


def _figure(number: int, picture: Picture) -> str:
    """Twelve panels, the limb leads above. plotly.js comes with the first picture only."""
    groups = list(LEAD_GROUPS[2].values())
    ranges = []
    for leads in groups:
        rows = [LEADS.index(lead) for lead in leads]
        both = np.concatenate([picture.before_mv[rows], picture.after_mv[rows]])
        ranges.append((min(float(both.min()), -0.3) - 0.1, max(float(both.max()), 0.3) + 0.1))
    heights = [high - low for low, high in ranges]  # so that a mV is as high in both rows
    figure = make_subplots(
        2, 6, row_heights=heights, subplot_titles=LEADS, horizontal_spacing=0.012, vertical_spacing=0.09,
        shared_xaxes=True, shared_yaxes=True,
    )  # fmt: skip
    at_ms = time_ms()
    for at, lead in enumerate(LEADS):
        row, column = at // 6 + 1, at % 6 + 1
        for what, mv, colour, width in (
            ("before", picture.before_mv, _BEFORE, 1.6),
            ("after", picture.after_mv, _AFTER, 1.8),
        ):
            hover = f"<b>{lead}</b> {what}, %{{x:.0f}} ms, %{{y:.2f}} mV<extra></extra>"
            line = {"color": colour, "width": width}
            y = np.round(mv[at].astype(np.float64), 3)
            figure.add_trace(
                go.Scatter(x=at_ms.tolist(), y=y.tolist(), mode="lines", line=line, hovertemplate=hover), row, column
            )
    for row, (low, high) in enumerate(ranges, start=1):
        figure.update_yaxes(range=[low, high], dtick=0.5, row=row)
        figure.update_yaxes(title_text="mV", title_standoff=4, col=1, row=row)
    figure.update_xaxes(range=[-300, 600], tickvals=[-200, 0, 200, 400], ticklabelstep=1)
    figure.update_xaxes(title_text="ms from R", title_standoff=4, row=2)
    clear = "rgba(0,0,0,0)"
    figure.update_layout(
        showlegend=False, paper_bgcolor=clear, plot_bgcolor=clear, margin={"l": 50, "r": 8, "t": 26, "b": 44},
        font={"size": 12}, hovermode="closest", dragmode=False,
    )  # fmt: skip
    plot = to_html(
        figure,
        config={"responsive": True, "displayModeBar": False},
        include_plotlyjs=number == 0,
        full_html=False,
        default_height=f"{round(120 + 85 * sum(heights))}px",
        div_id=f"picture-{number + 1}",
    )
    words = escape(f"One beat in twelve leads before and after: {picture.title}", quote=True)
    caption = f"<figcaption>{escape(picture.title)}</figcaption>"
    return f"<figure class='wide' role='group' aria-label='{words}'>{caption}{plot}</figure>"
