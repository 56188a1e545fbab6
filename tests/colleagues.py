"""People who let others into an organisation and who come in, through pages and mails."""

from dataclasses import dataclass

from werkzeug.test import TestResponse

from link4web import clock
from link4web.accounts.models import Membership
from link4web.database import db, writing
from link4web.web.rights import Rights
from tests.invited import link_in
from tests.people import PASSWORD, Person, Town

ADMIN = Rights("admin", may_edit=True, may_approve=True, may_send=True)


def enrol(town: Town, organisation: str, person: Person, rights: Rights) -> None:
    """Put somebody into an organisation without the way through the pages; give them other rights if they are in."""
    with town.app.app_context(), writing():
        row = Membership(
            organisation_id=organisation, user_id=person.user_id, **rights._asdict(), created_at=clock.now()
        )
        db.session.merge(row)


def form_of(rights: Rights, **more: str) -> dict[str, str]:
    """The form with this role and these ticks."""
    ticks = {name: "y" for name, may in rights._asdict().items() if may is True}
    return {"role": rights.role, **ticks, **more}


@dataclass
class Office:
    """An organisation; its admin presses the buttons."""

    town: Town
    admin: Person

    @property
    def users(self) -> str:
        return f"/org/{self.admin.organisation_id}/users"

    def invite(self, email: str, rights: Rights) -> TestResponse:
        return self.admin.post(f"{self.users}/invite", form_of(rights, email=email))

    def invited(self, email: str, rights: Rights) -> str:
        """Invite somebody, let the mail arrive; its link."""
        assert self.invite(email, rights).status_code == 303
        return self.link_to(email)

    def link_to(self, email: str) -> str:
        self.town.work()
        return link_in(self.town.mails_to(email)[0], "/colleague/")

    def member(self, rights: Rights, name: str = "Colin Colleague") -> Person:
        """Somebody else who works here, signed in."""
        person = self.town.person(name)
        enrol(self.town, self.admin.organisation_id, person, rights)
        person.organisation_id = self.admin.organisation_id
        return person

    def rights_of(self, person: Person) -> Rights | None:
        with self.town.app.app_context():
            found = db.session.get(Membership, (self.admin.organisation_id, person.user_id))
            return found.rights if found else None


def accept(person: Person, link: str, **form: str) -> TestResponse:
    """Open the link, and press Accept."""
    assert person.get(link).location == "/colleague"
    return person.post("/colleague", form)


def sign_up_by(person: Person, link: str, name: str = "Mere Tane", password: str = PASSWORD) -> TestResponse:
    """Accept as somebody new, with a password of one's own."""
    return accept(person, link, name=name, password=password)
