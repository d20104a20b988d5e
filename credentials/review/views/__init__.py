"""The pages of reviewing, one file a noun: a reviewer's list and her answers, the desk, the office's queue and decisions, who may review
what, and the feedback for the author."""

from credentials.review.views import answers, decisions, desk, feedback, queue, reviewers
from credentials.review.views.blueprint import bp

__all__ = ["answers", "bp", "decisions", "desk", "feedback", "queue", "reviewers"]
