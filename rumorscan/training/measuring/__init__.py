"""What a model is worth: figures with intervals, by slice and base rate, as text and as a page."""
