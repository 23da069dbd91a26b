"""All texts that a test of the application finds on the screen: labels, help, tables, descriptions, and in figures."""

import json
from collections.abc import Iterator
from typing import Any

from streamlit.testing.v1 import AppTest

# Fields of Streamlit's messages that hold no words for the user.
_NO_WORDS = {
    "app_id", "color", "config", "current_page_script_hash", "deferred_file_id", "divider", "element_id", "file_id",
    "form_id", "format", "icon", "id", "key", "language", "mime", "page", "page_script_hash", "tag", "type", "url",
    "user_key",
}  # fmt: skip
_IN_FIGURES = ("hovertemplate", "text", "ticktext", "title", "customdata")


def texts(app: AppTest) -> Iterator[tuple[str, str]]:
    """(what it stands in, text)."""
    for root in (app.main, app.sidebar):
        for node in _nodes(root):
            for field, text in _strings(node.proto):
                if field == "spec":
                    yield from (("figure", word) for word in _of_figure(json.loads(text)))
                else:
                    yield f"{node.type}, {field}", text
            if node.type == "table":
                for word in (*node.value.columns, *node.value.to_numpy().ravel()):
                    yield "table", str(word)


def _nodes(node: Any) -> Iterator[Any]:
    if hasattr(getattr(node, "proto", None), "ListFields"):
        yield node
    for child in getattr(node, "children", {}).values():
        yield from _nodes(child)


def _strings(message: Any) -> Iterator[tuple[str, str]]:
    for field, value in message.ListFields():
        if field.name in _NO_WORDS:
            continue
        values = [value] if isinstance(value, str) or not hasattr(value, "__iter__") else value
        for one in values:
            if isinstance(one, str):
                yield field.name, one
            elif hasattr(one, "ListFields"):
                yield from _strings(one)


def _of_figure(part: Any, key: str = "") -> Iterator[str]:
    """What Plotly shows of its own description; a trace's name where it stands in the legend."""
    if isinstance(part, str):
        if key in _IN_FIGURES:
            yield part
    elif isinstance(part, list):
        for one in part:
            yield from _of_figure(one, key)
    elif isinstance(part, dict):
        if part.get("showlegend") and isinstance(part.get("name"), str):
            yield part["name"]
        for name, value in part.items():
            if name != "template":
                yield from _of_figure(value, name)
