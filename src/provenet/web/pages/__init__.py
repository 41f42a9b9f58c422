"""The pages of the app, found by listing this folder: adding one touches no other file."""
