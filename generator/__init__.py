"""A seeded sample company in the shape of the raw contract: every table, with or without dirty rows."""
