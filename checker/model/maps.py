"""Names of what is measured of one saliency map and region: columns of a table with a row for each of these pairs."""

EXPECTED = "expected region"
"""The region in which prior knowledge expects the saliency of the map's class; several regions are joined."""
CLASS = "class"
"""Column of groups that holds the class of each map."""
ENERGY, AREA, PEAK = "energy_share", "area_share", "peak_share"
TOP, TOP_BY_CHANCE = "top_overlap", "top_overlap_by_chance"
REPEATS, BETWEEN = "repeat_similarity", "between_cases_similarity"
QUANTITIES = (ENERGY, AREA, PEAK, TOP, TOP_BY_CHANCE, REPEATS, BETWEEN)
"""In the order of the columns; the last two are of the map, the same for each of its regions."""
