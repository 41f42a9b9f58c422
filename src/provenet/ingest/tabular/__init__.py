"""Tables in any form: CSV, Excel, Parquet, JSON Lines; their columns, cells and mappings."""
