"""Parameters name what is needed: values are made once, at the right level, and reasons travel."""

import pytest

from checker.needs import Absent, DoesNotApply, Known, NotEstablished, needs, reach, stated


def test_a_value_is_made_from_what_its_function_names_and_only_once() -> None:
    calls = []

    def double(number: int) -> int:
        calls.append(number)
        return 2 * number

    known = Known({"double": double}, {"number": 3})
    assert (known.value("double"), known.value("double"), calls) == (6, 6, [3])


def test_what_does_not_depend_on_the_inner_value_is_made_outside() -> None:
    calls = []

    def sort(score: int) -> int:
        calls.append(score)
        return score

    def at(sort: int, threshold: int) -> int:
        return sort + threshold

    outside = Known({"sort": sort, "at": at}, {"score": 1})
    assert [outside.inside(threshold=each).value("at") for each in (1, 2, 3)] == [2, 3, 4]
    assert calls == [1]


def test_an_inner_value_stands_before_the_outer_one() -> None:
    makers = {"shown": lambda study: study}
    outside = Known(makers, {"study": "general"})
    assert outside.inside(study="here").value("shown") == "here"
    assert outside.value("shown") == "general"


def test_what_depends_on_a_value_given_in_place_of_a_made_one_is_made_again() -> None:
    makers = {"range": lambda study: study, "curve": lambda range: range * 10}
    outside = Known(makers, {"study": 1})
    assert outside.value("curve") == 10
    assert outside.inside(range=5).value("curve") == 50


def test_the_first_cause_travels_to_the_end_of_the_chain() -> None:
    def predictions(file: object) -> str:
        raise NotEstablished("the file was not submitted")

    makers = {"predictions": predictions, "estimates": lambda predictions: predictions}
    known = Known(makers, {"file": None})
    assert known.ask(lambda estimates: estimates) == Absent("the file was not submitted")


def test_does_not_apply_goes_before_could_not_be_checked() -> None:
    def a() -> None:
        raise NotEstablished("missing")

    def b() -> None:
        raise DoesNotApply("another task")

    known = Known({"a": a, "b": b}, {})
    assert known.ask(lambda a, b: None) == Absent("another task", applies=False)


def test_a_circle_of_needs_is_named() -> None:
    makers = {"a": lambda b: b, "b": lambda a: a}
    with pytest.raises(TypeError, match="a -> b -> a"):
        reach("a", makers)


def test_a_name_that_nobody_gives_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        Known({}, {}).value("unknown")


def test_needs_are_the_parameter_names() -> None:
    assert needs(lambda one, two: None) == ("one", "two")


def test_a_silent_fact_is_not_established_and_false_is_a_value() -> None:
    assert stated(False, "x") is False
    with pytest.raises(NotEstablished, match=r"outcome\.blinding is not described yet"):
        stated(None, "outcome.blinding")
