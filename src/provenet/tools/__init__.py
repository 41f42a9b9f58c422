"""Tools that need no case: plain files in, answers out."""
