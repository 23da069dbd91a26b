"""Plotly figures, pandas tables and the words beside them. Knows nothing of the screen they appear on."""

SHEET_PX = 1150  # what a page of the screen gives to ECG paper at most; in a window of 1024 px it is 864 px
