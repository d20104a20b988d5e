"""A small micro-credential document, and ways to break it one place at a time."""

from __future__ import annotations

import re
from typing import Any


def small() -> dict[str, Any]:
    """A well-formed document with two parts, three criteria and a core-plus rule."""

    def criterion(key: str) -> dict[str, Any]:
        return {"key": key, "name": key.title(), "descriptors": {"met": "It is there.", "almost": "Part of it is there.", "no": "It is missing."}}

    return {
        "slug": "wait-time",
        "title": "Wait Time",
        "issuer": "Laurel Valley Unified (demo)",
        "topics": ["discourse"],
        "competency": "The educator waits three seconds after a question and after an answer.",
        "key_method": "Count silently.",
        "method_components": [{"heading": "Count", "text": "One, two, three."}],
        "rationale": "More students answer, and at greater length.",
        "research": [{"citation": "Rowe, M. B. (1986). Wait time.", "url": "https://doi.org/10.1177/002248718603700110", "relevance": "The idea."}],
        "resources": [{"title": "A timer", "url": "https://timer.example/", "kind": "Tool", "cost": "Free", "accessibility": "Silent."}],
        "audience": ["classroom-teacher"],
        "grade_bands": ["3-5"],
        "subjects": ["any"],
        "standards": [{"code": "InTASC 8", "title": "Instructional Strategies", "framework": "InTASC"}],
        "effort_hours": 4,
        "needs_students": True,
        "prerequisites": [],
        "validity_months": None,
        "renewal": None,
        "accessibility_note": "Waiting helps whoever needs time.",
        "credit": {"hours": 4, "lane_credit": 0.27, "stipend_cents": 5000},
        "levels": [
            {"key": "met", "label": "Met", "passes": True},
            {"key": "almost", "label": "Almost", "passes": False},
            {"key": "no", "label": "No", "passes": False},
        ],
        "parts": [
            {
                "key": "overview",
                "kind": "overview",
                "title": "Before",
                "instructions": "Count first.",
                "items": [
                    {
                        "key": "context",
                        "prompt": "How long do you wait now?",
                        "kind": "text",
                        "required": True,
                        "min_words": 50,
                        "max_words": 200,
                        "team_shared": False,
                        "student_data_expected": False,
                        "template_file": None,
                        "completion_indicators": [{"key": "counted", "text": "A number of seconds is given."}],
                        "criteria": [criterion("baseline")],
                    }
                ],
            },
            {
                "key": "artifacts",
                "kind": "artifacts",
                "title": "After",
                "instructions": "Record one lesson.",
                "items": [
                    {
                        "key": "recording",
                        "prompt": "Five minutes.",
                        "kind": "audio",
                        "required": True,
                        "max_files": 1,
                        "team_shared": False,
                        "student_data_expected": True,
                        "template_file": "log.docx",
                        "completion_indicators": [{"key": "audible", "text": "It can be heard."}],
                        "criteria": [criterion("waiting"), criterion("listening")],
                    },
                    {
                        "key": "link",
                        "prompt": "Anything else?",
                        "kind": "link",
                        "required": False,
                        "team_shared": True,
                        "student_data_expected": False,
                        "template_file": None,
                        "completion_indicators": [],
                        "criteria": [],
                    },
                ],
            },
        ],
        "pass_rule": {"kind": "core-plus", "core": ["waiting"], "optional_needed": 1},
        "badge": {"design": "wave", "color": "#1F5C4A"},
    }


GONE = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    """The small document with another value at a path such as `parts[0].title`, or without it where the value is GONE."""
    document = small()
    steps: list[Any] = [int(index) if index else name for name, index in re.findall(r"([a-z_-]+)|\[(\d+)\]", path)]
    where: Any = document
    for step in steps[:-1]:
        where = where[step]
    if value is GONE:
        del where[steps[-1]]
    else:
        where[steps[-1]] = value
    return document
