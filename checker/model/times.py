"""Times in days, said as people say them."""

YEAR, MONTH = 365.25, 365.25 / 12
"""Days."""
DAYS = {"days": 1.0, "weeks": 7.0, "months": MONTH, "years": YEAR}
"""Days in each unit of time."""


def unit_of_time(last: float) -> tuple[float, str]:
    """Return the days of the unit in which times up to the last one are told, and its name."""
    if last >= 2 * YEAR:
        return YEAR, "years"
    if last >= 3 * MONTH:
        return MONTH, "months"
    return 1.0, "days"


def in_words(days: float) -> str:
    """Return ``5 years``, ``6 months`` or ``100 days``; 1825 and 1826.25 days are 5 years, 90 are 3 months."""
    for unit, name, off, most in ((YEAR, "year", 0.25, 100), (MONTH, "month", 0.44, 24)):
        count = round(days / unit)
        if 1 <= count <= most and abs(days - count * unit) <= 0.8 + off * count:
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{days:g} {'day' if days == 1 else 'days'}"
