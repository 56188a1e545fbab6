"""The accounting systems of a run: where each is, and where the simulated ones send their webhooks."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

from link4web import providers
from link4web.providers.base.config import ProviderConfig
from link4web.providers.base.provider import Provider
from link4web.settings import Settings
from link4web.supervisor.ports import LOOPBACK

# a service that confirms an address first asks it several times
PATIENCE = 20.0


class NotTold(Exception):
    """A simulated service did not take the address of its webhooks; the text says how it failed."""


def shown(settings: Settings, simulators_port: int) -> list[tuple[str, str]]:
    """Name and whereabouts of each system, for people."""
    return [
        (provider.name, _whereabouts(provider, settings.providers[provider.slug], simulators_port))
        for provider in providers.ALL
    ]


def tell_webhooks(settings: Settings, simulators_port: int) -> list[str]:
    """Tell each simulated service that has webhooks where they go; a line for each that could not be told."""
    lines = []
    for provider in providers.ALL:
        config = settings.providers[provider.slug]
        if provider.has_webhooks and is_simulated(provider, config, simulators_port):
            try:
                _tell(provider, config, settings.base_url, simulators_port)
            except NotTold as trouble:
                lines.append(
                    f"The simulated {provider.name} does not know where its webhooks go ({trouble});"
                    " changes there arrive with the next sync."
                )
    return lines


def is_simulated(provider: Provider, config: ProviderConfig, simulators_port: int) -> bool:
    """Whether this system's calls go to the simulators of this run."""
    own = {f"http://{host}:{simulators_port}{provider.simulated.api_url}" for host in ("localhost", LOOPBACK)}
    return config.api_url in own


def _whereabouts(provider: Provider, config: ProviderConfig, simulators_port: int) -> str:
    if is_simulated(provider, config, simulators_port):
        return f"http://localhost:{simulators_port}/{provider.slug}    (simulated; no account is needed)"
    return f"{config.web_url}    (not simulated: calls go to {config.api_url})"


def _tell(provider: Provider, config: ProviderConfig, base_url: str, simulators_port: int) -> None:
    controls = f"/{provider.slug}/_control"
    wanted = {"url": f"{base_url}/webhooks/{provider.slug}", "key": config.webhook_key.split(",")[0].strip()}
    told = _ask(simulators_port, f"{controls}/webhook", wanted)
    if not all(target["active"] for target in told["targets"]):
        confirmed = _ask(simulators_port, f"{controls}/intent", {})
        if not confirmed["ok"]:
            raise NotTold(f"{wanted['url']} did not answer as it must")


def _ask(port: int, path: str, wanted: Mapping[str, str]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=PATIENCE)
    try:
        connection.request("POST", path, json.dumps(wanted), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != http.client.OK:
            raise NotTold(f"status {answer.status}")
        facts: dict[str, Any] = json.loads(said)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotTold(type(error).__name__) from error
    else:
        return facts
    finally:
        connection.close()
