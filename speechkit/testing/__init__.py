"""Contract tests for whoever writes an engine, a format, a recipe."""
