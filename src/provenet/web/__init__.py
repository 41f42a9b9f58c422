"""The web app: pages over one case, in a browser on the same machine or as static files."""
