"""Outside files to rows of input tables, read strictly."""
