"""The way through the application in Streamlit's own tests."""

from streamlit.testing.v1 import AppTest


def go(app: AppTest, page: str) -> AppTest:
    """Open a page, which must not fail."""
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def give(app: AppTest, data: bytes, page: str) -> AppTest:
    """Upload a file, then open a page."""
    app.switch_page("pages/ecg.py").run()
    app.file_uploader(key="ecg_file").set_value(("a.xml", data, "")).run()
    return go(app, page)
