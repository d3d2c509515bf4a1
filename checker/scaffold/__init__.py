"""`checker new`: looks at a table of predictions, says what it guessed, writes a commented study.yaml."""

from checker.scaffold.guesses import Guesses, guess
from checker.scaffold.writing import Made, make, told

__all__ = ["Guesses", "Made", "guess", "make", "told"]
