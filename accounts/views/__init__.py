"""The pages of an organization, and the choice of a language."""

from accounts.views.languages import choose_language

__all__ = ["choose_language"]
