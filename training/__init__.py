"""Fits the models that the build scores with; `README.md` says which and how well."""
