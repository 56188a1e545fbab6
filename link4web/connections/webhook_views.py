"""Where providers send their webhooks: `/webhooks/<provider>`, for each that has them."""

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers

from link4web import providers, tally
from link4web.connections import webhooks
from link4web.providers.base.errors import BadSignature
from link4web.providers.base.provider import Provider
from link4web.web.access import signed

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@signed
def receive(provider: Provider) -> Response:
    """200 for what the provider has signed, 401 for anything else; neither says more (R-120, R-121)."""
    try:
        webhooks.receive(provider, _lowered(request.headers), request.get_data(cache=False))
    except BadSignature:
        tally.count("webhook.refused")
        return Response(status=401)
    return Response(status=200)


def _lowered(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


for _provider in providers.ALL:
    if _provider.has_webhooks:
        bp.add_url_rule(
            f"/{_provider.slug}", _provider.slug, receive, methods=["POST"], defaults={"provider": _provider}
        )
