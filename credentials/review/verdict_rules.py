"""The disagreement rule: when two reviews decide, and when a third can still change the outcome. Standard library only.

Source: the notes on peer review, section 5.1. A criterion is met when at least two of the reviews say met. In every case the
outcome equals that of "always three reviews, the majority on each criterion", with a third review only where it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

#: Whether these results (criterion → met; left out counts as not met) earn the micro-credential.
Passes = Callable[[Mapping[str, bool]], bool]
#: Whether any outcome of the criteria that are neither met nor unmet would still earn it.
CanStillPass = Callable[[AbstractSet[str], AbstractSet[str]], bool]


@dataclass(frozen=True)
class Verdict:
    """What two or three reviews amount to.

    ``passed`` is the outcome, or None while a third review of ``disputed`` is needed. ``met`` are the criteria met (carried ones
    included), ``split`` those on which the first two differed and no third was asked: they count as not met, and the teacher is
    told that one reviewer saw them as met.
    """

    passed: bool | None
    met: frozenset[str]
    split: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()

    @property
    def needs_third(self) -> bool:
        return self.passed is None


def verdict(
    first: Sequence[Mapping[str, bool]],
    third: Mapping[str, bool] | None,
    *,
    passes: Passes,
    can_still_pass: CanStillPass,
    carried: AbstractSet[str] = frozenset(),
) -> Verdict:
    """Judge by the two independent reviews ``first`` and, where there is one, the ``third`` (criterion → met).

    ``carried`` are criteria met in an earlier version; nobody reviews them again. ``passes`` and ``can_still_pass`` are the pass
    rule of the rubric version, which must be monotone (one more criterion met never loses the pass), as every rule of the catalogue is.
    Raises ValueError when there are not exactly two first reviews of the same criteria, or when the third leaves out a disputed one.
    """
    if len(first) != 2 or set(first[0]) != set(first[1]):
        raise ValueError("Two reviews of the same criteria are needed.")
    one, other = first
    agreed_met = {c for c in one if one[c] and other[c]} | set(carried)
    agreed_unmet = {c for c in one if not one[c] and not other[c]}
    disputed = tuple(c for c in one if one[c] != other[c])

    if third is not None and disputed:
        if missing := [c for c in disputed if c not in third]:
            raise ValueError(f"The third review leaves out {', '.join(missing)}.")
        met = agreed_met | {c for c in disputed if third[c]}
        return Verdict(passes(dict.fromkeys(met, True)), frozenset(met))

    at_worst = passes(dict.fromkeys(agreed_met, True))
    at_best = can_still_pass(frozenset(agreed_met), frozenset(agreed_unmet))
    if disputed and at_best and not at_worst:
        return Verdict(None, frozenset(agreed_met), disputed=disputed)
    return Verdict(at_worst, frozenset(agreed_met), split=disputed)


def level_reached(levels: Sequence[str], given: Sequence[str]) -> str:
    """The level that at least two of the reviews reached, ``levels`` being the rubric's from the strongest to the weakest.

    Of two reviews that is the weaker, of three the middle one. Because every passing level stands before every other, it passes
    exactly when at least two reviews say met. Raises ValueError for fewer than two reviews or an unknown level.

    >>> level_reached(["demonstrated", "progressing", "not-met"], ["demonstrated", "not-met", "progressing"])
    'progressing'
    """
    if len(given) < 2:
        raise ValueError("A level takes two reviews.")
    return levels[sorted(levels.index(level) for level in given)[1]]


def far_apart(levels: Sequence[str], first: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """The criteria on which the two first reviews lie two or more levels apart; the lead is told, whatever the outcome.

    ``first`` maps criterion to level key in both reviews; ``levels`` is the rubric's order.
    """
    one, other = first
    return tuple(c for c in one if c in other and abs(levels.index(one[c]) - levels.index(other[c])) >= 2)
