"""The only part of the library that imports streamlit: the user's case, shared widgets, warming."""
