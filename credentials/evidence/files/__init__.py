"""Evidence files: recognised by what is in them, checked for wholeness, and cleaned of what they tell about their maker.

Nothing here knows a database, a request or a person. :func:`.intake.take` is the one door (:func:`clean` for bytes in memory); the other
modules know one family of formats each and answer the cleaned bytes with the codes of what was taken out. Whatever cannot be cleaned for
certain is refused.
"""

from credentials.evidence.files.intake import clean
from credentials.evidence.files.refusals import Unusable

__all__ = ["Unusable", "clean"]
