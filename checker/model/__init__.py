"""Shapes that every room shares; nothing here reads a file or computes a number."""
