"""Files of figures: in true size, with the notice, the same bytes each time, and with nothing left out unsaid."""

import io
import re
from concurrent.futures import ThreadPoolExecutor

import matplotlib
import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from lvm.analysis import Analysis, analyse
from lvm.cohort.examples import EXAMPLES
from lvm.evaluation import NOTICE
from lvm.explain import METHODS, TARGET, Cell, Explanation
from lvm.read import read
from lvm.show.colours import DARK, LIGHT
from lvm.show.ecg import Paper, ecg
from lvm.show.export import DPI, image
from lvm.show.heatmap import heatmap
from lvm.show.millimetres import Sheet
from lvm.show.page import PAGE_MM, sheet_name
from lvm.show.waterfall import waterfall
from lvm.waves import SEGMENTS

RED = "rgb(255, 0, 0)"


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyse(read(EXAMPLES[0].data()))


def explanation(value: float = 1.0) -> Explanation:
    table = tuple(Cell(segment, group, 0.1, 1.0, 1.0) for segment in SEGMENTS for group in ("limb", "precordial"))
    map_ = np.full((12, 450), value, dtype=np.float32)
    return Explanation(METHODS["shapley"], TARGET, 131.0, "somebody", 121.0, map_, table, ())


def chart(*traces: dict, **layout) -> go.Figure:
    """A panel from 0 to 10 in both directions, 640 px wide and 100 px high, 20 px from the upper edge."""
    axis = {"range": [0, 10], "showticklabels": False}
    base = {"height": 140, "margin": {"l": 60, "r": 60, "t": 20, "b": 20}, "plot_bgcolor": "#ffffff",
            "font": {"size": 14, "color": "#000000"}, "showlegend": False, "xaxis": axis, "yaxis": axis}  # fmt: skip
    return go.Figure(list(traces), layout=base | layout)


def pixels(figure: go.Figure, background: str = "#ffffff") -> Image.Image:
    return Image.open(io.BytesIO(image(figure, "png", background))).convert("RGB")


def at(picture: Image.Image, x: float, y: float) -> tuple[int, int, int]:
    """The colour at x, y of `chart`."""
    scale = picture.width / 760
    return picture.getpixel((round((60 + 64 * x) * scale), round((20 + 10 * (10 - y)) * scale)))


def test_a_sheet_comes_in_true_millimetres(analysis):
    figure = ecg(analysis, None, LIGHT)
    assert np.ptp(figure.layout.xaxis.range) * 25 == pytest.approx(PAGE_MM)
    picture = Image.open(io.BytesIO(image(figure, "png", "#ffffff")))
    assert picture.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)
    assert picture.width == int(PAGE_MM / 25.4 * DPI)
    svg = image(figure, "svg", "#ffffff").decode()
    assert float(svg.split('width="')[1].split("pt")[0]) == pytest.approx(PAGE_MM / 25.4 * 72)
    heat = pixels(heatmap(analysis, analysis.chosen, explanation(), np.zeros((12, 450)), LIGHT))
    assert heat.width == picture.width


@pytest.mark.parametrize("speed", [25, 50])
def test_a_second_on_paper_is_as_long_as_the_foot_says(analysis, speed):
    """Between two marked moments, and 1 mV high, in the pixels of the picture."""
    figure = ecg(analysis, None, LIGHT, Paper(speed=speed, gain=10))
    x0, y1 = figure.layout.xaxis.range[0], figure.layout.yaxis.range[1]
    corner = {"x0": x0 + 1, "x1": x0 + 2, "y0": y1 - 3000, "y1": y1 - 2000}
    figure.update_layout(shapes=[{"type": "rect", **corner, "fillcolor": RED, "line": {"width": 0}}])
    found = (np.asarray(pixels(figure)) == (255, 0, 0)).all(axis=2)
    across, down = (np.flatnonzero(found.any(axis=axis)) for axis in (0, 1))
    assert across.size / DPI * 25.4 == pytest.approx(speed, abs=0.2)
    assert down.size / DPI * 25.4 == pytest.approx(10, abs=0.2)


def media_box_mm(pdf: bytes) -> list[float]:
    numbers = re.search(rb"MediaBox \[ 0 0 ([0-9.]+) ([0-9.]+) \]", pdf)
    return [float(number) / 72 * 25.4 for number in numbers.groups()]


@pytest.mark.parametrize(
    ("high_mm", "name", "page"),
    [(150, "A4 across", (297, 210)), (250, "A3 upright", (297, 420)), (500, "as large as the picture", None)],
)
def test_a_pdf_is_a_page_of_paper_where_one_is_large_enough(high_mm, name, page):
    figure = Sheet(LIGHT, PAGE_MM, high_mm).figure()
    assert sheet_name(figure, 2) == name
    box = media_box_mm(image(figure, "pdf", "#ffffff", ["one", "two"]))
    assert box == pytest.approx(page or (PAGE_MM, high_mm + 60 * PAGE_MM / 1150), abs=0.1)


def test_a_longer_sheet_grows_instead_of_shrinking_its_millimetres():
    sheet = Sheet(LIGHT, 2 * PAGE_MM, 30)
    svg = image(sheet.figure(), "svg", "#ffffff").decode()
    assert float(svg.split('width="')[1].split("pt")[0]) == pytest.approx(2 * PAGE_MM / 25.4 * 72)


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_same_figure_is_the_same_bytes_in_any_thread_and_tells_nothing_of_the_machine(analysis, kind):
    heat = heatmap(analysis, analysis.chosen, explanation(), np.zeros((12, 450)), LIGHT)
    before = dict(matplotlib.rcParams)
    with ThreadPoolExecutor(2) as pool:
        first, other, again = pool.map(lambda f: image(f, kind, "#ffffff"), (heat, ecg(analysis, 0, LIGHT), heat))
    assert first == again != other
    assert dict(matplotlib.rcParams) == before
    for telling in (b"Date", b"<dc:date>", b"<dc:creator>", b"Software", b"Producer"):
        assert telling not in first


def test_the_notice_stands_at_the_foot_of_every_picture(analysis):
    heat = heatmap(analysis, analysis.chosen, explanation(), np.zeros((12, 450)), LIGHT)
    for figure in (heat, ecg(analysis, 0, LIGHT), waterfall(explanation(), LIGHT), chart()):
        assert f"<!-- {NOTICE} -->" in image(figure, "svg", "#ffffff").decode()
    foot = np.asarray(pixels(chart(font={"size": 14, "color": RED})))[-60:]
    assert (foot == (255, 0, 0)).all(axis=2).any()


def test_what_the_figure_leaves_clear_has_the_background():
    clear = chart(plot_bgcolor="rgba(0,0,0,0)")
    assert at(pixels(clear, "#14181a"), 5, 5) == (0x14, 0x18, 0x1A)
    picture = pixels(Sheet(DARK, 100, 30).figure(), "#14181a")
    assert picture.getpixel((12, 12)) == (0x1D, 0x16, 0x14)  # paper between two lines
    assert picture.getpixel((picture.width - 5, picture.height - 5)) == (0x14, 0x18, 0x1A)


def test_a_line_by_first_and_step_and_a_gap():
    y = np.array([5, 5, 5, np.nan, 5], dtype=np.float32)
    line = {"color": RED, "width": 6}
    picture = pixels(chart({"type": "scatter", "x0": 2, "dx": 2, "y": y, "mode": "lines", "line": line}))
    assert [at(picture, x, 5) for x in (1, 3, 5, 7)] == [(255, 255, 255), (255, 0, 0), (255, 0, 0), (255, 255, 255)]


def test_a_dashed_line_has_gaps_and_a_solid_one_none():
    def shares(dash: str) -> float:
        line = {"color": RED, "width": 4, "dash": dash}
        shape = {"type": "line", "x0": 0, "x1": 10, "y0": 5, "y1": 5, "line": line}
        picture = pixels(chart({"type": "scatter", "x": [0], "y": [0], "mode": "lines", "line": line}, shapes=[shape]))
        return float(np.mean([at(picture, x, 5) == (255, 0, 0) for x in np.linspace(0.2, 9.8, 200)]))

    assert shares("solid") == 1
    assert 0.4 < shares("dash") < 0.6
    assert 0.3 < shares("dot") < 0.6


def test_a_heatmap_has_its_colours_from_the_axis_and_lets_the_paper_through():
    scale = [[0, "rgba(255, 0, 0, 0)"], [1, "rgba(255, 0, 0, 0.5)"]]
    axis = {"cmin": 0, "cmax": 4, "colorscale": scale,
            "colorbar": {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "len": 0.5, "thickness": 2,
                         "nticks": 3, "tickfont": {"size": 9}}}  # fmt: skip
    z = np.array([[0, 2, 4, 9]], dtype=np.float32)
    heat = {"type": "heatmap", "z": z, "x0": 1.5, "dx": 1, "y": [2, 8], "coloraxis": "coloraxis"}
    picture = pixels(chart(heat, coloraxis=axis))
    seen = np.array([at(picture, x, 5) for x in (0.5, 1.5, 2.5, 3.5, 4.5, 5.5)])
    assert (seen[:, 0] == 255).all()
    np.testing.assert_allclose(seen[:, 1], [255, 255, 191, 127.5, 127.5, 255], atol=2)
    assert at(picture, 3.5, 9) == at(picture, 3.5, 1) == (255, 255, 255)


def test_bars_lie_between_their_base_and_their_end_also_when_they_go_down():
    bars = {"type": "bar", "orientation": "h", "x": [3, -2], "base": [2, 9], "y": [2, 6], "width": 2,
            "text": ["a", "b"], "textposition": "outside", "textfont": {"size": 9},
            "marker": {"color": [RED, "#0000ff"]}}  # fmt: skip
    picture = pixels(chart(bars))
    assert [at(picture, x, 2) for x in (1.5, 2.5, 4.8)] == [(255, 255, 255), (255, 0, 0), (255, 0, 0)]
    assert [at(picture, x, 6) for x in (6.2, 7.2, 8.8, 9.2)] == [(255, 255, 255)] + [(0, 0, 255)] * 2 + [(255,) * 3]
    assert at(picture, 2.5, 4) == (255, 255, 255)


def test_shapes_lie_below_or_above_and_may_count_in_parts_of_the_panel():
    box = {"type": "rect", "x0": 2, "x1": 4, "y0": 0, "y1": 1, "yref": "paper", "line": {"width": 0}}
    line = {"type": "scatter", "x": [0, 10], "y": [5, 5], "mode": "lines", "line": {"color": RED, "width": 6}}
    below = pixels(chart(line, shapes=[box | {"fillcolor": "#0000ff", "layer": "below"}]))
    assert (at(below, 3, 9), at(below, 3, 5), at(below, 5, 9)) == ((0, 0, 255), (255, 0, 0), (255, 255, 255))
    above = pixels(chart(line, shapes=[box | {"fillcolor": "#0000ff"}]))
    assert at(above, 3, 5) == (0, 0, 255)


def test_texts_lose_their_tags_and_keep_their_lines():
    note = {"x": 1, "y": 5, "showarrow": False, "xanchor": "left", "yanchor": "bottom"}
    figure = chart(annotations=[note | {"text": "<b>aVR</b>"}, note | {"text": "P &lt; $0.05$<br>next"}])
    svg = image(figure, "svg", "#ffffff").decode()
    assert "<!-- aVR -->" in svg
    assert "<!-- P &lt; $0.05$ -->" in svg
    assert "<!-- next -->" in svg
    assert "DejaVuSans-Bold" in svg


@pytest.mark.parametrize(
    ("figure", "what"),
    [
        (go.Figure(go.Pie(values=[1, 2])), "trace of type 'pie'; there is scatter, bar, heatmap"),
        (chart(showlegend=True), "legend"),
        (chart({"type": "scatter", "y": [1], "xaxis": "x2"}), "more than one panel"),
        (chart(annotations=[{"x": 1, "y": 1, "text": "a"}]), "arrow"),
        (chart(shapes=[{"type": "circle", "x0": 0, "x1": 1, "y0": 0, "y1": 1}]), "shape of type 'circle'"),
        (chart({"type": "bar", "x": [1], "y": [1]}), "bars only lying"),
        (chart({"type": "scatter", "x": [1], "y": [1], "mode": "markers",
                "marker": {"symbol": "star", "size": 5, "color": RED}}), "symbol 'star'"),
        (chart(xaxis={}), "x axis has no range"),
    ],
)  # fmt: skip
def test_what_it_cannot_draw_it_says(figure, what):
    with pytest.raises(ValueError, match=what):
        image(figure, "png", "#ffffff")


def test_pyplot_keeps_no_figure(analysis):
    from matplotlib import pyplot

    image(ecg(analysis, 0, LIGHT), "png", "#ffffff")
    assert pyplot.get_fignums() == []


def test_lines_at_the_foot_say_what_it_shows():
    sheet = Sheet(LIGHT, 100.0, 50.0)
    plain, told = (
        image(sheet.figure(), "svg", "#ffffff", lines).decode() for lines in ((), ("By SmoothGrad.", "Beat 4."))
    )
    assert "<!-- By SmoothGrad. -->" in told
    assert "<!-- Beat 4. -->" in told
    assert f"<!-- {NOTICE} -->" in told
    assert "Beat 4." not in plain
    height = [float(re.search(r'height="([0-9.]+)pt"', svg)[1]) for svg in (plain, told)]
    assert height[1] > height[0]
