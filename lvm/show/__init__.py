"""Plotly figures, pandas tables and the words beside them. Knows nothing of the screen they appear on."""
