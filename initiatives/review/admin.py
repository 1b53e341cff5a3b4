"""The inbox from its parts; `initiatives/admin.py` adds what other areas bring and registers it."""

from initiatives.review.appraising_admin import AppraisingAdmin
from initiatives.review.attach_admin import AttachAdmin
from initiatives.review.lost_codes_admin import LostCodesAdmin
from initiatives.review.many_admin import ManyAdmin
from initiatives.review.telling_admin import TellingAdmin
from initiatives.review.twins_admin import TwinsOnDesk


class InboxAdmin(TwinsOnDesk, TellingAdmin, LostCodesAdmin, AttachAdmin, ManyAdmin, AppraisingAdmin):
    """The list, the desk, what is decided one by one and many at once, and who must be told."""
