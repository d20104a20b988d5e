"""The pages of evidence, one file a noun: submissions, the editor, handing in, files."""

from credentials.evidence.views import editor, files, hand_in, submissions
from credentials.evidence.views.blueprint import bp

__all__ = ["bp", "editor", "files", "hand_in", "submissions"]
