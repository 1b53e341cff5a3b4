"""The questions of the two steps and of tracking: typed text to values, and an explanation for everything that is refused.

What a campaign does not ask is not in the form. No form saves anything.
"""

from initiatives.submission.forms.content import ContentForm
from initiatives.submission.forms.person import PersonForm
from initiatives.submission.forms.step import StepForm
from initiatives.submission.forms.track import TrackForm

__all__ = ["ContentForm", "PersonForm", "StepForm", "TrackForm"]
