"""Where a provider is and who we are to it. The settings build it; nothing here reads the environment."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where a provider is, without trailing slashes. The simulated ones begin with a path, below the simulators.

    `connections_url` is where connections are listed or ended, empty when the provider has no such address. `web_url`
    is where people use the product: deep links start there.
    """

    authorize_url: str
    token_url: str
    api_url: str
    connections_url: str
    web_url: str


@dataclass(frozen=True, kw_only=True)
class ProviderConfig:
    """Addresses (see `Addresses`), trusted as exact origins, and the credentials of our app.

    `use_pkce` and `calls_a_month` None leave it to the provider's own fact; 0 calls are no limit. `webhook_key` is what
    its notices are signed with. Without credentials the provider is not offered here.
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
    calls_a_month: int | None = None

    @property
    def is_offered(self) -> bool:
        """Whether people can connect it: we have an app there."""
        return bool(self.client_id and self.client_secret)
