"""The pages, files and documents of badges. Their addresses are promised to stay: badges carry them for years."""

from credentials.badges.views import files, issuer, mine, pages
from credentials.badges.views.blueprint import bp

__all__ = ["bp", "files", "issuer", "mine", "pages"]
