"""What an organisation says about itself beside its name and number: where it is, and where it is paid."""

from datetime import datetime

from sqlalchemy import CheckConstraint, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from link4web.database import Base, Id
from link4web.tenancy import TenantMixin


class OrganisationAddress(TenantMixin, Base):
    """An address in the parts that an invoice needs; `state` is one of Australia's, empty in New Zealand."""

    __tablename__ = "organisation_address"
    __table_args__ = (
        CheckConstraint("kind in ('street', 'postal')", name="kind"),
        CheckConstraint("country in ('AU', 'NZ')", name="country"),
    )

    kind: Mapped[str] = mapped_column(String(6), primary_key=True)
    line1: Mapped[str] = mapped_column(String(200))
    line2: Mapped[str] = mapped_column(String(200), default="")
    city: Mapped[str] = mapped_column(String(100))
    state: Mapped[str] = mapped_column(String(3), default="")
    postcode: Mapped[str] = mapped_column(String(4))
    country: Mapped[str] = mapped_column(String(2))


class BankAccountRow(TenantMixin, Base):
    """The account that invoices are paid into, one for each country.

    `sealed` holds holder, bank and number; all that can be read without the key is the `ending`.
    """

    __tablename__ = "bank_account"
    __table_args__ = (CheckConstraint("country in ('AU', 'NZ')", name="country"),)

    country: Mapped[str] = mapped_column(String(2), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    ending: Mapped[str] = mapped_column(String(3))
    changed_by: Mapped[str] = mapped_column(Id)
    changed_at: Mapped[datetime]
