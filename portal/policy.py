"""The content security policy as django-csp builds it, built once: its middleware builds the same header for every answer."""

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_OF_ITS_OWN = "_csp_"  # so begins what the decorators of django-csp leave on an answer


class PolicyMiddleware(CSPMiddleware):
    """Django-csp's own wherever an answer wants another policy than that of the settings, which name neither prefixes nor a
    policy that only reports."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        self.policy: str = build_policy()

    def process_request(self, request: HttpRequest) -> None:
        """No page of ours asks for a nonce, so none is made ready."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        if settings.DEBUG or any(name.startswith(_OF_ITS_OWN) for name in response.__dict__):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response
