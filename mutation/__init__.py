"""Breaks the SQL of the models on purpose, one small change at a time, and sees whether the project's tests notice."""
