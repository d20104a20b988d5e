"""The pages of the catalogue and of authoring."""

from credentials.catalogue.views import authoring, browsing, drafting

blueprints = (browsing.bp, drafting.bp)

__all__ = ["authoring", "blueprints"]
