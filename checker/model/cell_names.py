"""How the cells of a sheet are named."""


def column_letters(number: int) -> str:
    """Return the name of a column of a sheet: 1 is A, 27 is AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
