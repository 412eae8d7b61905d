"""Tables that are stored as such: Parquet, frames, workbooks and databases."""
