"""What can be argued about accounts, as tables of values."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as some

from people.rules import DEMO_PASSWORD, Grant, Role, grant_problem, lock_after, opens, password_problem

DAY = dt.date(2026, 9, 1)
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("wrong", "locked"),
    [
        (0, None),
        (4, None),
        (5, 10 * MINUTE),
        (6, 20 * MINUTE),
        (7, 40 * MINUTE),
        (12, 1280 * MINUTE),
        (13, dt.timedelta(days=1)),
        (10_000, dt.timedelta(days=1)),
    ],
)
def test_the_fifth_wrong_password_locks_and_each_further_one_twice_as_long(wrong: int, locked: dt.timedelta | None) -> None:
    assert lock_after(wrong) == locked


@given(some.integers(0, 5000))
def test_a_lock_never_gets_shorter_with_more_wrong_passwords(wrong: int) -> None:
    assert (lock_after(wrong) or dt.timedelta()) <= (lock_after(wrong + 1) or dt.timedelta())


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("tortoise", "too-short"),
        ("elevenchars", "too-short"),
        ("seven tortoises at noon", None),
        ("x9$kQ2!mPz4w", None),
        ("x" * 201, "too-long"),
        ("Password1234!", "too-simple"),
        ("P@ssw0rd1234", "too-simple"),
        ("aaaaaaaaaaaa", "too-simple"),
        ("abcabcabcabc", "too-simple"),
        ("qwertyuiop12", "too-simple"),
        ("123456789012", "too-simple"),
        ("Summer2026!!", "too-simple"),
        ("contraseña2026", "too-simple"),
        ("Maria.Lopez.2026", "about-you"),
        ("lopezmaria lopez", "about-you"),
        ("Maria paints blue barns", None),
        (DEMO_PASSWORD, None),
    ],
)
def test_a_password_is_long_and_not_the_obvious(password: str, problem: str | None) -> None:
    assert password_problem(password, ("Maria", "Lopez", "maria.lopez")) == problem


def test_no_mixture_of_kinds_of_characters_is_asked_for() -> None:
    assert password_problem("onlysmalllettersbutmanyofthem") is None


@given(some.text(max_size=210), some.tuples(some.text(max_size=20), some.text(max_size=20)))
def test_every_text_gets_an_answer(password: str, about: tuple[str, str]) -> None:
    assert password_problem(password, about) in (None, "too-short", "too-long", "too-simple", "about-you")


@pytest.mark.parametrize(
    ("role", "school", "problem"),
    [
        (Role.PRINCIPAL, None, "school-needed"),
        (Role.PRINCIPAL, 1, None),
        (Role.HR, 1, "district-only"),
        (Role.HR, None, None),
        (Role.ADMINISTRATOR, 1, "district-only"),
        (Role.REVIEWER, 1, None),
        (Role.REVIEWER, None, None),
    ],
)
def test_some_roles_are_for_the_district_and_some_for_a_school(role: Role, school: int | None, problem: str | None) -> None:
    assert grant_problem(Grant(role, school, DAY), []) == problem


@pytest.mark.parametrize(
    ("held_from", "held_to", "new_from", "new_to", "problem"),
    [
        (0, None, 10, None, "held"),
        (0, 9, 10, None, None),
        (0, 10, 10, None, "held"),
        (20, None, 10, 19, None),
        (20, None, 10, 20, "held"),
        (20, None, 10, None, "held"),
        (0, None, 10, 5, "ends-before-start"),
    ],
)
def test_a_role_is_held_once_on_any_day(held_from: int, held_to: int | None, new_from: int, new_to: int | None, problem: str | None) -> None:
    def day(number: int | None) -> dt.date | None:
        return None if number is None else DAY + dt.timedelta(days=number)

    held = Grant(Role.REVIEWER, None, day(held_from), day(held_to))  # type: ignore[arg-type]
    assert grant_problem(Grant(Role.REVIEWER, None, day(new_from), day(new_to)), [held]) == problem  # type: ignore[arg-type]


def test_the_same_role_at_another_school_is_another_role() -> None:
    assert grant_problem(Grant(Role.PRINCIPAL, 2, DAY), [Grant(Role.PRINCIPAL, 1, DAY)]) is None
    assert grant_problem(Grant(Role.REVIEWER, 1, DAY), [Grant(Role.PRINCIPAL, 1, DAY)]) is None


@pytest.mark.parametrize(
    ("scopes", "method", "open_"),
    [
        (["read"], "GET", True),
        (["read"], "HEAD", True),
        (["read"], "POST", False),
        (["read"], "PUT", False),
        (["read"], "PATCH", False),
        (["read"], "DELETE", False),
        (["read", "write"], "POST", True),
        (["write"], "GET", False),
        ([], "GET", False),
    ],
)
def test_a_token_opens_what_its_scopes_say(scopes: list[str], method: str, open_: bool) -> None:
    assert opens(scopes, method) is open_
