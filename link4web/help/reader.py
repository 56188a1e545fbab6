"""For whom a text is written: which accounting system they have, and in which country they are."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from link4web import providers
from link4web.providers.base.provider import Provider

COUNTRIES = {"AU": "Australia", "NZ": "New Zealand"}
REGISTERS = {"AU": "Australian Business Register", "NZ": "NZBN Register"}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads help. `slug` (of a provider) and `country` (`AU`, `NZ`) are empty where they are not known."""

    slug: str = ""
    country: str = ""

    @classmethod
    def from_args(cls, slug: str, country: str) -> "Reader":
        """From the parameters of an address; what is unknown there is unknown here."""
        known = providers.by_slug(slug)
        return cls(known.slug if known else "", country.upper() if country.upper() in COUNTRIES else "")

    @property
    def provider(self) -> Provider | None:
        """Their accounting system."""
        return providers.by_slug(self.slug)

    @property
    def args(self) -> dict[str, str]:
        """The parameters of an address that say the same."""
        known = {"for": self.slug, "country": self.country}
        return {name: value for name, value in known.items() if value}

    @property
    def query(self) -> str:
        """The same as the end of an address, with its question mark; empty where nothing is known."""
        return f"?{urlencode(self.args)}" if self.args else ""

    @cached_property
    def words(self) -> dict[str, str]:
        """What texts call things for this reader; where the accounting system is unknown, in words that fit all."""
        it = self.provider
        scheme = {"AU": "ABN", "NZ": "NZBN"}.get(self.country, "ABN or NZBN")
        return {
            "provider": it.name if it else "your accounting system",
            "file": it.file_word if it else "set of books",
            "contact": it.contact_word if it else "contact",
            "retired": it.retired_word if it else "archived",
            "scheme": scheme,
            "register": REGISTERS.get(self.country, "business register"),
            "digits": {"AU": "11 digits", "NZ": "13 digits"}.get(self.country, "11 digits (ABN) or 13 (NZBN)"),
        }

    def fill(self, text: str) -> str:
        """A sentence of a problem in the words for this reader, beginning with a capital."""
        said = text.format(**self.words)
        return said[:1].upper() + said[1:]
