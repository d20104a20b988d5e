"""The pages of the catalogue and of authoring."""

from credentials.catalogue.views import authoring, browsing

blueprints = (browsing.bp, authoring.bp)
