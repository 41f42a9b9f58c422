"""The purchases of a case, and which aid tips which of them."""
