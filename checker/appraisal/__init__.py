"""Description and rule findings become answers to guideline items."""
