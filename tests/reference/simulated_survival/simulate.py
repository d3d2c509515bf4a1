"""Write cases.csv: simulated follow-up with ties, two kinds of events, predicted risks and treatments."""

from pathlib import Path

import numpy as np

CASES, YEARS = 240, (2.0, 5.0)


def main() -> None:
    rng = np.random.default_rng(20261125)
    x, received = rng.normal(size=CASES), rng.integers(0, 2, CASES)
    outcome = rng.exponential(1 / (0.08 * np.exp(0.9 * x - 0.3 * received)))
    competing = rng.exponential(1 / (0.05 * np.exp(-0.2 * x)))
    censored = rng.uniform(0.5, 12, CASES)
    times = np.stack([censored, outcome, competing])
    event, time = times.argmin(axis=0), np.ceil(10 * times.min(axis=0)) / 10
    risks = [1 - np.exp(-0.07 * years * np.exp(0.8 * x)) for years in YEARS]
    under = [1 - np.exp(-0.4 * np.exp(0.8 * x + effect)) for effect in (0.15 * x, -0.3 + 0.2 * x)]
    centre = np.repeat(np.arange(CASES // 3), 3)
    rows = zip(time, event, x, *risks, received, *under, centre, strict=True)
    form = "{:.1f},{},{:.1f},{:.4f},{:.4f},{},{:.4f},{:.4f},{}"
    lines = ["time,event,score,risk_2,risk_5,treatment,risk_a,risk_b,cluster"]
    lines += [form.format(*row) for row in rows]
    Path(__file__).with_name("cases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
