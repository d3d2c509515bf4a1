"""Turns submitted files into our shapes, and says what is wrong with them, with line or row."""
