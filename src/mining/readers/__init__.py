"""Readers of the small files that people write; every mistake is told with its line."""
