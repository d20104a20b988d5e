"""Micro-credentials, small but complete."""

from __future__ import annotations

import itertools
from typing import Any

from credentials.catalogue import services
from credentials.catalogue.models import MicroCredential
from people.models import Person
from people.rules import Role
from tests.factories.people import person

_numbers = itertools.count(1)


def document(**changes: Any) -> dict[str, Any]:
    """A valid document: a text ("reflection-text"), a file ("lesson-plan", up to three) and a link ("recording"), two criteria
    ("planning" judges the plan, "insight" the text), three levels of which the first passes. ``changes`` replace whole keys."""
    n = next(_numbers)
    base: dict[str, Any] = {
        "slug": f"invented-skill-{n}",
        "title": f"Invented skill {n}",
        "issuer": "Laurel Valley Unified (demo)",
        "topics": ["assessment", "planning"],
        "competency": "The educator plans a lesson around one question and tells what students answered.",
        "key_method": "Ask one good question and listen to every answer.",
        "method_components": [{"heading": "One question", "text": "Choose a question that *everybody* can begin to answer."}],
        "rationale": "Questions that everybody answers show what a class understands.",
        "research": [
            {
                "citation": "Black, P., & Wiliam, D. (1998). Assessment and classroom learning. Assessment in Education, 5(1), 7–74.",
                "url": "https://doi.org/10.1080/0969595980050102",
                "relevance": "What listening to answers does for learning.",
            }
        ],
        "resources": [
            {
                "title": "Question bank",
                "url": "https://laurel.example/questions",
                "kind": "Web page",
                "cost": "Free",
                "accessibility": "Works with a screen reader.",
            }
        ],
        "audience": ["classroom-teacher", "special-educator"],
        "grade_bands": ["3-5", "6-8"],
        "subjects": ["any"],
        "standards": [{"code": "InTASC 6", "title": "Assessment", "framework": "InTASC"}],
        "effort_hours": 10,
        "needs_students": True,
        "prerequisites": [],
        "validity_months": None,
        "renewal": None,
        "accessibility_note": "Answers may be spoken, drawn or signed.",
        "credit": {"hours": 10, "lane_credit": None, "stipend_cents": 15000},
        "levels": [
            {"key": "demonstrated", "label": "Demonstrated", "passes": True},
            {"key": "progressing", "label": "Progressing", "passes": False},
            {"key": "not-met", "label": "Not met", "passes": False},
        ],
        "parts": [
            {
                "key": "artifacts",
                "kind": "artifacts",
                "title": "Your lesson",
                "instructions": "Take the names of students out.",
                "items": [
                    {
                        "key": "lesson-plan",
                        "prompt": "Your plan, with the question.",
                        "kind": "file",
                        "required": True,
                        "max_files": 3,
                        "team_shared": False,
                        "student_data_expected": False,
                        "template_file": None,
                        "completion_indicators": [{"key": "plan-question", "text": "The question is in the plan."}],
                        "criteria": [_criterion("planning", "The question fits the goal")],
                    },
                    {
                        "key": "recording",
                        "prompt": "A link to a short recording of the lesson.",
                        "kind": "link",
                        "required": True,
                        "team_shared": False,
                        "student_data_expected": True,
                        "template_file": None,
                        "completion_indicators": [],
                        "criteria": [],
                    },
                ],
            },
            {
                "key": "reflection",
                "kind": "reflection",
                "title": "What you learned",
                "instructions": "Write for a colleague.",
                "items": [
                    {
                        "key": "reflection-text",
                        "prompt": "Which answer surprised you, and what did you do next?",
                        "kind": "text",
                        "required": True,
                        "min_words": 5,
                        "max_words": 300,
                        "team_shared": False,
                        "student_data_expected": False,
                        "template_file": None,
                        "completion_indicators": [],
                        "criteria": [_criterion("insight", "Answers change the teaching")],
                    }
                ],
            },
        ],
        "pass_rule": {"kind": "every-criterion"},
        "badge": {"design": "laurel", "color": "#1F5C4A"},
    }
    return base | changes


def _criterion(key: str, name: str) -> dict[str, Any]:
    descriptors = {
        "demonstrated": "It is there, and the evidence shows it.",
        "progressing": "It is there, but the evidence does not show it.",
        "not-met": "It is not there.",
    }
    return {"key": key, "name": name, "descriptors": descriptors}


def micro_credential(*, author: Person | None = None, approver: Person | None = None, **changes: Any) -> MicroCredential:
    """A published micro-credential with :func:`document` as its content; its version is ``.current_version``."""
    author = author or person(Role.AUTHOR)
    approver = approver or person(Role.COORDINATOR)
    return services.import_content(author, approver, document(**changes)).micro_credential
