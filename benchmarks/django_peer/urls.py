"""The page, and the addresses it links to."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from benchmarks.django_peer.views import customers


def elsewhere(request: HttpRequest, **ids: str) -> HttpResponse:
    """Linked to and never asked for here."""
    del request, ids
    return HttpResponse(status=404)


LIST = "xero/<str:connection>/customers"
urlpatterns = [
    path(LIST, customers, name="customers"),
    path(f"{LIST}/sync", elsewhere, name="sync"),
    path(f"{LIST}/skipped", elsewhere, name="skipped"),
    path(f"{LIST}/selection", elsewhere, name="save_selection"),
    path(f"{LIST}/selection/invite", elsewhere, name="act_on_selection"),
    path("xero/<str:connection>", elsewhere, name="connection"),
    path("org/<str:organisation>/connections", elsewhere, name="connections"),
    path("org/<str:organisation>/settings/details", elsewhere, name="business"),
    path("organisations", elsewhere, name="organisations"),
    path("account", elsewhere, name="account"),
    path("privacy", elsewhere, name="privacy"),
    path("sign-out", elsewhere, name="sign_out"),
]
