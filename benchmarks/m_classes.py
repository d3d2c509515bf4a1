"""Four classes: areas with intervals, concordance in order, recalibration, and 2,000 resamples of cross tables."""

from collections.abc import Callable

import numpy as np
from sklearn import metrics as sk
from timing import Job, compare, in_r, machine, sizes

from checker.metrics import METRICS
from checker.metrics.estimating import complete, known_of
from checker.metrics.resampling import Asked, drawn, resampled

RESAMPLES = 2_000
CLASSES = ("A", "B", "C", "D")
COUNTED = ("balanced_accuracy", "macro_f1", "matthews_correlation", "gwet_ac1")


def table(cases: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    latent = rng.normal(size=cases)
    outcome = np.digitize(latent + rng.normal(size=cases), [-0.5, 0.7, 1.6])
    away = -((latent[:, None] - np.array([-1, 0, 1, 2])) ** 2)
    risks = np.exp(away + rng.normal(0, 0.3, (cases, 4)))
    risks /= risks.sum(axis=1, keepdims=True)
    score = latent.copy()
    score[: cases // 10] = score[: cases // 10].round(2)
    return {"outcome": outcome, "risks": risks, "score": score}


def ours(
    task: str, columns: dict[str, np.ndarray], *names: str, label: str = ""
) -> Callable[[], object]:
    """Return a job that computes these metrics with their intervals by formula."""

    def run() -> object:
        cases, _ = complete(columns, task=task)
        known = known_of(cases, (0, 0), {"classes": CLASSES}, task)
        found = []
        for name in names:
            metric = METRICS[task, name]
            there = known.inside(label=label)
            value = there.ask(metric.function)
            assert metric.interval is not None
            found.append((value, there.inside(measured=value).ask(metric.interval)))
        return found

    return run


def areas(cases: int) -> None:
    columns = table(cases)
    outcome, risks, score = columns["outcome"], columns["risks"], columns["score"]
    compare(
        f"Macro mean of one-vs-rest AUROC, {cases:,} cases",
        Job(
            "checker, with interval",
            ours("multiclass", columns, "one_vs_rest_auroc", label="macro"),
        ),
        Job(
            "scikit-learn, no interval", lambda: sk.roc_auc_score(outcome, risks, multi_class="ovr")
        ),
    )
    program = (
        "p <- cbind(x[[2]], x[[3]], x[[4]], x[[5]]); colnames(p) <- 0:3\n"
        "m <- suppressMessages(multiclass.roc(factor(x[[1]]), p))"
    )
    peers = in_r("R pROC multiclass.roc, no interval", "pROC", program, outcome, *risks.T)
    compare(
        f"Hand and Till's M, {cases:,} cases",
        Job("checker, with interval", ours("multiclass", columns, "multiclass_auroc")),
        Job(
            "scikit-learn, no interval", lambda: sk.roc_auc_score(outcome, risks, multi_class="ovo")
        ),
        *(peers if cases <= 100_000 else []),
    )
    compare(
        f"Concordance of score and class in order, {cases:,} cases",
        Job(
            "checker, with interval",
            ours("ordinal", {"outcome": outcome, "score": score}, "ordinal_c_index"),
        ),
        *in_r(
            "R concordance, with variance",
            "survival",
            "k <- concordance(x[[1]] ~ x[[2]])",
            outcome,
            score,
        ),
    )


def recalibration(cases: int) -> None:
    columns = table(cases)
    program = (
        "y <- factor(x[[1]]); l <- cbind(x[[2]], x[[3]], x[[4]]); d <- data.frame(y = y, l)\n"
        "k <- list('(Intercept)' = diag(3), X1 = rbind(1, 0, 0), X2 = rbind(0, 1, 0), X3 = rbind(0, 0, 1))\n"
        "m <- vglm(y ~ X1 + X2 + X3, multinomial(refLevel = 1), data = d, constraints = k); v <- vcov(m)"
    )
    logs = np.log(columns["risks"])
    compare(
        f"Multinomial recalibration, {cases:,} cases",
        Job(
            "checker", ours("multiclass", columns, "multinomial_calibration_slope", label="B vs A")
        ),
        *in_r("R VGAM vglm", "VGAM", program, columns["outcome"], *(logs[:, 1:] - logs[:, :1]).T),
    )


def resamples(cases: int) -> None:
    columns, few = table(cases), max(5, 100_000 // cases)
    outcome, called = columns["outcome"], columns["risks"].argmax(axis=1)

    def run() -> object:
        rows, _ = complete(columns, task="multiclass")
        asked = [Asked(METRICS["multiclass", name]) for name in COUNTED]
        known = known_of(rows, (0, 0), {"classes": CLASSES}, "multiclass")
        return resampled(known, asked, drawn((0, 0), rows.patients, len(rows), RESAMPLES))

    def loop() -> object:
        rng, found = np.random.default_rng(0), []
        for _ in range(few):
            rows = rng.integers(0, cases, cases)
            y, d = outcome[rows], called[rows]
            balanced, f1 = sk.balanced_accuracy_score(y, d), sk.f1_score(y, d, average="macro")
            found.append((balanced, f1, sk.matthews_corrcoef(y, d), sk.cohen_kappa_score(y, d)))
        return found

    compare(
        f"{RESAMPLES:,} resamples of {cases:,} cases, four measures of the cross table",
        Job("checker", run),
        Job(f"loop over scikit-learn, {few} resamples", loop, share=few / RESAMPLES),
        repetitions=3,
    )


if __name__ == "__main__":
    print(f"\n{machine()}")
    for size in sizes(1_000, 10_000, 100_000, 1_000_000):
        areas(size)
        if size <= 100_000:
            recalibration(size)
            resamples(size)
