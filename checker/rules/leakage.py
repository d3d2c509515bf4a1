"""Rules about what passed from training to testing."""

from collections.abc import Iterator

from checker.model.evidence import DuplicateRows, PartitionOverlap, SharedRows, ThresholdOptimum
from checker.model.finding import Finding, Severity
from checker.model.sentences import LEAST_P
from checker.model.study import Evaluation, Study
from checker.model.threshold import Thresholds
from checker.needs import DoesNotApply, NotDescribed, NotEstablished, stated
from checker.rules.base import rule

DECLARED_ELSEWHERE = ("fixed_before", "published", "median", "training", "tuning")
"""Origins of a threshold that are not the test data."""
STEPS = {
    "predictors.preprocessing_fitted_on": "Preprocessing",
    "predictors.selection.fitted_on": "The choice of inputs",
    "analysis.missing.imputation_fitted_on": "Imputation",
}
"""Facts that say on which data a step was fitted, with the step."""


@rule(
    "LEA001",
    title="Patients shared between partitions",
    severity=Severity.CRITICAL,
    why=(
        "Images of one patient resemble each other. A model that is evaluated on patients it was trained on "
        "appears better than it will be on new ones."
    ),
    fix="Split by patient, repeat training and evaluation, and report the new results.",
    sources=("probast-ai-2025", "kapoor-2023"),
    loud="Sixteen patients of the external test also appear in the table of training cases.",
    quiet="No patient id of one partition appears in another.",
)
def patients_shared_between_partitions(
    shared_patients_between_partitions: tuple[PartitionOverlap, ...],
) -> Iterator[Finding]:
    """Say each two partitions that share a patient."""
    for pair in shared_patients_between_partitions:
        if pair.patients:
            be = "patient is" if pair.patients == 1 else "patients are"
            yield Finding(
                message=f"{pair.patients} {be} in both {pair.first} and {pair.second}.",
                at=("data", "partitions"),
                observed=f"{pair.patients} of {pair.of} patients shared",
                expected="none",
            )


@rule(
    "LEA002",
    title="Rows that count twice",
    severity=Severity.MAJOR,
    why="A case that is counted twice makes every interval too narrow, and leaks if its copies are in two partitions.",
    fix="Remove the copies, or say why the same case stands for two; then recompute every number.",
    sources=("probast-ai-2025", "kapoor-2023"),
    thresholds=("duplicate_pairs_over_chance", "duplicate_pairs_over_nearly", "duplicate_pairs_p"),
    loud="A case id stands in two rows, or thirteen pairs of rows agree in all twelve columns.",
    quiet="Every case id is unique, and no more rows agree in all columns than chance gives.",
)
def rows_that_count_twice(
    duplicate_rows: DuplicateRows, thresholds: Thresholds
) -> Iterator[Finding]:
    """Say rows with the same case id, and rows that agree in every column more often than by chance."""
    if duplicate_rows.same_case:
        rows = "row repeats" if duplicate_rows.same_case == 1 else "rows repeat"
        yield Finding(
            message=f"{duplicate_rows.same_case} {rows} the case id of an earlier row.",
            at=("predictions",),
            observed=f"{duplicate_rows.same_case} repeated case ids",
            expected="each case once",
        )
    pairs, chance = duplicate_rows.same_values, duplicate_rows.pairs_by_chance
    if _copies(pairs, duplicate_rows, thresholds):
        rows = "pair of rows agrees" if pairs == 1 else "pairs of rows agree"
        yield Finding(
            message=(
                f"{pairs} {rows} in all {duplicate_rows.columns} columns that vary, under different case ids; "
                f"by chance {_by_chance(chance)}."
            ),
            at=("predictions",),
            observed=f"{pairs} pairs of equal rows",
            expected=_by_chance(chance),
        )


def _by_chance(pairs: float) -> str:
    return "practically none" if pairs < 0.01 else f"about {pairs:.2g}"


def _copies(pairs: int, found: DuplicateRows | SharedRows, thresholds: Thresholds) -> bool:
    """Return whether equal rows are copies: more than chance gives, and more than rows that differ in one column.

    Columns that depend on each other make equal rows common, and nearly equal ones commoner still.
    """
    many = pairs > thresholds["duplicate_pairs_over_chance"] * found.pairs_by_chance
    apart = pairs > thresholds["duplicate_pairs_over_nearly"] * found.nearly
    return bool(pairs) and many and apart and found.p < thresholds["duplicate_pairs_p"]


@rule(
    "LEA006",
    title="Rows of one partition that stand in another",
    severity=Severity.CRITICAL,
    why=(
        "A case that is in training and in the test under two ids is still the same case: the model has seen it, and "
        "the test is not one."
    ),
    fix="Search for copies before splitting, remove them, repeat training and evaluation, and report the new results.",
    sources=("kapoor-2023", "roberts-2021", "probast-ai-2025"),
    thresholds=("duplicate_pairs_over_chance", "duplicate_pairs_over_nearly", "duplicate_pairs_p"),
    loud="Twelve rows of the test agree with rows of the training table in age, sex and nine laboratory values.",
    quiet="No more rows agree across partitions than chance gives.",
)
def rows_of_one_partition_in_another(
    shared_rows_between_partitions: tuple[SharedRows, ...], thresholds: Thresholds
) -> Iterator[Finding]:
    """Say each two partitions with more equal rows than chance gives."""
    for both in shared_rows_between_partitions:
        if _copies(both.pairs, both, thresholds):
            rows = "pair of rows agrees" if both.pairs == 1 else "pairs of rows agree"
            yield Finding(
                message=(
                    f"{both.pairs} {rows} between {both.first} and {both.second} in all {both.columns} columns that "
                    f"both files have, under different ids; by chance {_by_chance(both.pairs_by_chance)}."
                ),
                at=("data", "partitions"),
                observed=f"{both.pairs} pairs of equal rows",
                expected=_by_chance(both.pairs_by_chance),
            )


@rule(
    "LEA003",
    title="Threshold that is optimal on the test data",
    severity=Severity.MAJOR,
    why=(
        "A threshold chosen on the data it is tested on makes sensitivity and specificity look better than they will "
        "be, most of all in small samples."
    ),
    fix="Choose the threshold on training or tuning data, or fix it beforehand; report its origin and test it once.",
    sources=("leeflang-2008", "probast-ai-2025"),
    thresholds=("threshold_by_chance",),
    loud="No origin is given, and the threshold decides exactly like the largest Youden index of the test data.",
    quiet=(
        "The threshold is declared as chosen on tuning data, another one would be better on the test data, or it is "
        "a round number such as 0.5."
    ),
)
def threshold_optimal_on_test_data(
    evaluation: Evaluation,
    threshold_equals_optimum_on_test: tuple[ThresholdOptimum, ...],
    thresholds: Thresholds,
) -> Iterator[Finding]:
    """Say a threshold that is declared as chosen on the test data, or that equals its optimum with no origin given."""
    if evaluation.partition is None:
        raise NotDescribed("evaluations.partition")
    origin = evaluation.operating_point.origin
    if origin == "same_test_data":
        yield Finding(
            message="The threshold was chosen on the data that it is tested on, by the study's own description.",
            at=("operating_point", "origin"),
            observed="same_test_data",
            expected="fixed before, published, training or tuning",
        )
        return
    if origin in DECLARED_ELSEWHERE:
        return
    for optimum in threshold_equals_optimum_on_test:
        if optimum.equals and optimum.chance < thresholds["threshold_by_chance"]:
            yield Finding(
                message=(
                    f"The threshold {optimum.declared:g} decides exactly like the one with {optimum.criterion} on "
                    f"these data, and its origin is not given; of thresholds as round as this one, and of scores "
                    f"taken as threshold, at most {max(optimum.chance, LEAST_P):.2g} decide like a best one."
                ),
                at=("operating_point",),
                observed=f"{optimum.declared:g}, the optimum on the test data",
                expected="an origin other than the test data",
            )
            return


@rule(
    "LEA004",
    title="Steps that were fitted on all data",
    severity=Severity.MAJOR,
    why=(
        "Normalisation, imputation or selection learned from all data carries knowledge of the test cases into the "
        "model, so that its test results are too good."
    ),
    fix="Learn every step on training data only (within each fold, if folds are used) and apply it to the test data.",
    sources=("kapoor-2023", "kaufman-2012", "probast-ai-2025"),
    loud="Features were selected on all patients before the data were split.",
    quiet="Preprocessing, imputation and selection were fitted on training data.",
)
def steps_fitted_on_all_data(study: Study) -> Iterator[Finding]:
    """Say each step that is described as fitted on all data."""
    steps = {
        "predictors.preprocessing_fitted_on": study.predictors.preprocessing_fitted_on,
        "predictors.selection.fitted_on": study.predictors.selection.fitted_on,
        "analysis.missing.imputation_fitted_on": study.analysis.missing.imputation_fitted_on,
    }
    if not any(steps.values()):
        raise NotEstablished(
            f"on which data the steps before the model were fitted is not described yet ({', '.join(steps)})",
            tuple(steps),
        )
    for name, fitted_on in steps.items():
        if fitted_on == "all_data":
            yield Finding(
                message=f"{STEPS[name]} was fitted on all data, test cases included.",
                at=tuple(name.split(".")),
                observed="all_data",
                expected="training, or within each fold",
            )


@rule(
    "LEA005",
    title="Test data used for tuning",
    severity=Severity.CRITICAL,
    why="Performance on data that helped to choose the model is not a test of it.",
    fix="Tune on data apart from the test; if no such data are left, test on new patients.",
    sources=("probast-ai-2025", "tripod-ai-2024"),
    loud="The description says that the final model was the one with the best test AUROC.",
    quiet="Tuning used a part of the training data.",
)
def test_data_used_for_tuning(study: Study) -> Iterator[Finding]:
    """Say that tuning used the test data, if the description says so."""
    if study.study.type == "evaluation":
        raise DoesNotApply("the study builds no model")
    if stated(study.analysis.tuning.on_test, "analysis.tuning.on_test"):
        yield Finding(
            message="Test data were used for tuning or for choosing the model, by the study's own description.",
            at=("analysis", "tuning", "on_test"),
            observed="true",
            expected="false",
        )
