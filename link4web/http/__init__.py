"""The one road out: every outside HTTP call has time limits, a size limit, a breaker and a log line without secrets."""

from link4web.http.client import LONGEST_CALL, Answer, HttpClient, forget_clients, shared_client
from link4web.http.failures import AddressRefused, CircuitOpen, Unreachable
from link4web.http.origins import origin_of

__all__ = [
    "LONGEST_CALL",
    "AddressRefused",
    "Answer",
    "CircuitOpen",
    "HttpClient",
    "Unreachable",
    "forget_clients",
    "origin_of",
    "shared_client",
]
