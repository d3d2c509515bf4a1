"""Reads a study of a medical-imaging AI model and says what is missing, at risk of bias, or does not add up."""

__version__ = "0.1.0"
