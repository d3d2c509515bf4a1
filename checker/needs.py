"""Parameters name what a function needs; this file gives it to them, or says why that is not possible."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeVar, get_args

T = TypeVar("T")
Makers = Mapping[str, Callable[..., object]]


@dataclass(frozen=True, slots=True)
class Absent:
    """Stands where a value would be; the reason travels to everything that needed the value."""

    because: str
    applies: bool = True
    """False: it does not apply here (another task), and is left out of what could not be checked."""
    facts: tuple[str, ...] = ()
    """Facts of the description whose silence is the reason, if it is."""

    @property
    def fact(self) -> str:
        """Return the one fact whose silence is the reason; empty if there is none, or are several."""
        return self.facts[0] if len(self.facts) == 1 else ""


class NotEstablished(Exception):
    """Something needed could not be established; the message is a sentence for the report."""

    def __init__(self, because: str, facts: tuple[str, ...] = ()) -> None:
        """Take the sentence, and the facts of the description whose silence is the reason."""
        super().__init__(because)
        self.facts = facts


class DoesNotApply(NotEstablished):
    """Something needed has no meaning here; the message is a sentence for the report."""


class NotDescribed(NotEstablished):
    """A fact is needed of which the description says nothing."""

    def __init__(self, fact: str) -> None:
        super().__init__(f"{fact} is not described yet", (fact,))


def either(first: T | Absent, second: T | Absent) -> T:
    """Return the one that is there.

    Raises:
        NotEstablished: neither is, with the reason of the one that applies.
    """
    if not isinstance(first, Absent):
        return first
    if not isinstance(second, Absent):
        return second
    reason = max(first, second, key=lambda each: each.applies)
    if reason.fact:
        raise NotDescribed(reason.fact)
    raise NotEstablished(reason.because) if reason.applies else DoesNotApply(reason.because)


def stated(value: T | None, name: str) -> T:
    """Return a fact of the description.

    Raises:
        NotDescribed: the description is silent about it.
    """
    if value is None:
        raise NotDescribed(name)
    return value


@cache
def needs(function: Callable[..., object]) -> tuple[str, ...]:
    """Return the names of the parameters, which are the names of what is needed."""
    return tuple(inspect.signature(function).parameters)


@cache
def admits_absence(function: Callable[..., object]) -> frozenset[str]:
    """Return the parameters that take an `Absent` as well, by their type: the function then decides what follows."""
    given = inspect.signature(function).parameters.values()
    return frozenset(each.name for each in given if Absent in get_args(each.annotation))


def reach(name: str, makers: Makers) -> frozenset[str]:
    """Return the names that must be given before `name` can be made (itself, if nobody makes it).

    Raises:
        TypeError: making it needs itself.
    """
    return frozenset(each for each in _involved(name, makers, ()) if each not in makers)


def _involved(name: str, makers: Makers, above: tuple[str, ...]) -> Iterator[str]:
    """Yield the name and every name behind it."""
    if name in above:
        raise TypeError(f"a circle of needs: {' -> '.join((*above, name))}")
    yield name
    for each in needs(makers[name]) if name in makers else ():
        yield from _involved(each, makers, (*above, name))


class Known:
    """Values by name: given, or made once by the function of that name.

    A `Known` inside another sees all of it; what does not depend on the inner values is made once, outside.
    """

    def __init__(
        self, makers: Makers, given: Mapping[str, object], around: "Known | None" = None
    ) -> None:
        self.makers, self.given, self.around = makers, given, around
        self.values = dict(given)
        self._behind: dict[str, frozenset[str]] = around._behind if around else {}

    def inside(self, **given: object) -> "Known":
        """Return what is known where these values hold as well."""
        return Known(self.makers, given, around=self)

    def value(self, name: str) -> object:
        """Return the value of that name, or its `Absent`; made at the first call.

        Raises:
            KeyError: nobody gives or makes it.
        """
        if name not in self.values:
            if self.around and not self._all_behind(name) & self.given.keys():
                return self.around.value(name)
            self.values[name] = self.ask(self.makers[name])
        return self.values[name]

    def _all_behind(self, name: str) -> frozenset[str]:
        """Return the name and every name behind it; found once for all levels."""
        if name not in self._behind:
            self._behind[name] = frozenset(_involved(name, self.makers, ()))
        return self._behind[name]

    def ask(self, function: Callable[..., T], **alone: object) -> T | Absent:
        """Call the function with what its parameters name, or say why that is not possible.

        What is given here is for this function alone: nothing else is made from it.
        """
        given = {
            name: alone[name] if name in alone else self.value(name) for name in needs(function)
        }
        admitted = admits_absence(function)
        if absent := [
            value
            for name, value in given.items()
            if isinstance(value, Absent) and name not in admitted
        ]:
            return min(absent, key=lambda each: each.applies)  # "does not apply" goes first
        try:
            return function(**given)
        except NotEstablished as missing:
            return Absent(
                str(missing),
                applies=not isinstance(missing, DoesNotApply),
                facts=missing.facts,
            )
