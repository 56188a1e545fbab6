"""Where a provider is and who we are to it. The settings build it; nothing here reads the environment."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ProviderConfig:
    """Addresses without a trailing slash, trusted as exact origins, and the credentials of our app.

    `use_pkce` None leaves the choice to the provider's own fact. `web_url` is where people use the product: deep
    links start there.
    """

    authorize_url: str
    token_url: str
    api_url: str
    connections_url: str
    web_url: str
    client_id: str
    client_secret: str = field(repr=False)
    use_pkce: bool | None = None
    webhook_key: str = field(default="", repr=False)
