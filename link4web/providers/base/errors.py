"""What a provider's refusal means for us: four decisions, each with a stable code and a sentence for the person.

Try again later, renew the connection, the person must fix something, it will never work. A caller picks its next
step by class; help articles and logs go by `code`; pages show `sentence`.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from link4web.providers.base.records import RemoteContact


class ProviderError(Exception):
    """Base of the four decisions; never raised itself.

    `code` is stable, such as "XERO-RATE-MINUTE". `sentence` is plain words for a page and holds no secret.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code}: {sentence}")
        self.code = code
        self.sentence = sentence


class TryAgainLater(ProviderError):
    """Nothing is wrong with the request. `retry_after` is in seconds, None when the provider did not say."""

    def __init__(self, code: str, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(code, sentence)
        self.retry_after = retry_after


class MustReconnect(ProviderError):
    """Consent is gone or too small; only a person can renew it. Retrying does harm."""


class PersonMustFix(ProviderError):
    """The provider refused the data. `messages` are the provider's own words, cleaned, for the person to act on."""

    def __init__(self, code: str, sentence: str, messages: tuple[str, ...] = ()) -> None:
        super().__init__(code, sentence)
        self.messages = messages


class DuplicateName(PersonMustFix):
    """A contact of this name exists. `existing_id` is its id, None when it could not be found."""

    def __init__(
        self, code: str, sentence: str, messages: tuple[str, ...] = (), existing_id: str | None = None
    ) -> None:
        super().__init__(code, sentence, messages)
        self.existing_id = existing_id


class Conflict(PersonMustFix):
    """The ledger's value changed since it was last read. `current` is what stands there now; nothing was written."""

    def __init__(self, code: str, sentence: str, current: "RemoteContact") -> None:
        super().__init__(code, sentence)
        self.current = current


class WillNeverWork(ProviderError):
    """Repeating the same request can't succeed: our configuration, our query, or a thing that no longer exists."""


class BadSignature(Exception):
    """A webhook's body was not signed with our key; nothing in it may be believed."""
