"""Decisions about banks, papers, attempts and results."""
