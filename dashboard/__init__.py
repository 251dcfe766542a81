"""The dashboard: pages that show the published marts, and compute no figure of their own."""
