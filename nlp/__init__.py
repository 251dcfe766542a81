"""What is done to texts in Python; everything that is counted is counted in SQL."""
