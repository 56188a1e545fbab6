"""One's own account: another address with a way back, sessions to end, data to take along, and the way out."""

import json
import re

from sqlalchemy import select

from link4web.accounts.models import MailToken, Membership, User
from link4web.audit import verify
from link4web.audit.models import AuditEvent
from link4web.audit.trail import SYSTEM
from link4web.database import db, writing
from link4web.web.rights import Rights
from tests.colleagues import Office, sign_up_by
from tests.integration.test_contact import write
from tests.people import PASSWORD, Person, Town
from tests.telling_apart import alike

OTHER_PASSWORD = "kauri-sandbank-lemon-nine"


def is_in(person: Person) -> bool:
    return person.get("/account").status_code == 200


def link_in_mail(town: Town, address: str, path: str) -> str:
    town.work()
    found = [match[0] for mail in town.mails_to(address) if (match := re.search(rf"{path}/[\w-]+", mail["text"]))]
    assert found, [mail["subject"] for mail in town.mails_to(address)]
    return found[0]


def change_address(town: Town, person: Person, new: str) -> str:
    """Ask, open the link in the new mailbox, confirm; the way back, from the old mailbox."""
    old = person.email
    assert person.post("/account/email", {"email": new}).location == "/account"
    assert person.get(link_in_mail(town, new, "/email")).location == "/email"
    assert person.post("/email").location == "/account"
    person.email = new
    return link_in_mail(town, old, "/email/undo")


def test_a_new_address_counts_once_it_is_proved(town: Town) -> None:
    """R-010, R-012: not before the link is opened and confirmed by whoever asked."""
    person = town.person()
    old, new = person.email, f"new-{person.email}"
    person.post("/account/email", {"email": new.upper()})
    assert new in person.get("/account").text
    link = link_in_mail(town, new, "/email")
    browser = person.in_another_browser()
    browser.email = new
    assert browser.sign_in().status_code == 422
    stranger = town.person("Sam Stranger")
    stranger.get(link)
    assert stranger.post("/email").status_code == 410
    person.get(link)
    assert old in person.get("/account").text
    person.post("/email")
    assert browser.sign_in().status_code == 303
    browser.email = old
    assert browser.sign_in().status_code == 422
    assert person.post("/email").status_code == 410


def test_what_is_no_new_address_is_refused_beside_the_field(town: Town) -> None:
    """Also too many at once: each mail goes to a mailbox that nobody has proved."""
    person = town.person()
    for typed, code in (
        ("nell at harbour", "SIGN-IN-EMAIL"),
        ("\x00", "SIGN-IN-EMAIL"),
        (person.email, "ADDRESS-SAME"),
    ):
        refused = person.post("/account/email", {"email": typed})
        assert refused.status_code == 422
        assert code in refused.text
    answers = [person.post("/account/email", {"email": f"n{number}-{person.email}"}) for number in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]


def test_the_link_survives_the_sign_in(town: Town) -> None:
    person = town.person()
    new = f"new-{person.email}"
    person.post("/account/email", {"email": new})
    browser = person.in_another_browser()
    browser.get(link_in_mail(town, new, "/email"))
    assert browser.get("/email").location == "/sign-in?next=/email"
    browser.sign_in()
    assert browser.post("/email").location == "/account"


def test_a_taken_address_looks_the_same(town: Town) -> None:
    """R-004: on the page at once and afterwards; the owner of the address gets a mail of their own."""
    one, two, other = town.person(), town.person(), town.person("Tane Taken")
    free = other.email.replace("visitor", "free")
    answers = [one.post("/account/email", {"email": other.email}), two.post("/account/email", {"email": free})]
    assert answers[0].location == answers[1].location
    shown = [person.get("/account").text for person in (one, two)]
    same = [
        re.sub(r'value="[^"]{40,}"|[\w-]{22}', "", text.replace(person.email, "").replace(wanted, ""))
        for text, person, wanted in zip(shown, (one, two), (other.email, free), strict=True)
    ]
    assert same[0] == same[1]
    town.work()
    assert [mail["subject"] for mail in town.mails_to(other.email)] == ["This address has a sign-in already"]


def test_the_old_mailbox_takes_the_sign_in_back(town: Town) -> None:
    """R-010: also after the thief has changed address and password again; opening the link does nothing yet."""
    person = town.person()
    old = person.email
    thief = person.in_another_browser()
    thief.sign_in()
    back = change_address(town, thief, f"thief-{old}")
    second = change_address(town, thief, f"thief2-{old}")
    assert not is_in(person)
    thief.post("/account/password", {"password": OTHER_PASSWORD})
    assert is_in(thief)
    assert person.get(back).location == "/email/undo"
    assert "Take it back" in person.get("/email/undo").text
    assert is_in(thief)
    assert person.post("/email/undo").location == "/forgot"
    assert not is_in(thief)
    assert thief.get(second).location == "/email/undo"
    assert thief.post("/email/undo").status_code == 410
    person.post("/forgot", {"email": old})
    person.get(link_in_mail(town, old, "/reset"))
    assert person.post("/reset", {"password": "fern-lagoon-copper-eight"}).location == "/sign-in"
    assert person.sign_in("fern-lagoon-copper-eight").status_code == 303


def test_the_way_back_lasts_seven_days_and_needs_the_address_free(town: Town) -> None:
    person = town.person()
    old = person.email
    back = change_address(town, person, f"new-{old}")
    visitor = town.visitor()
    visitor.post("/sign-up", {"name": "Thief", "email": old, "password": OTHER_PASSWORD})
    visitor.get(back)
    assert visitor.post("/email/undo").location == "/forgot"
    back = change_address(town, person_again(person, old), f"newer-{old}")
    town.later(days=6, hours=23)
    visitor.get(back)
    assert visitor.get("/email/undo").status_code == 200
    town.later(hours=2)
    visitor.get(back)
    assert visitor.get("/email/undo").status_code == 410


def person_again(person: Person, email: str) -> Person:
    person.email = email
    assert person.sign_in().status_code == 303
    return person


def test_no_row_holds_a_usable_link(town: Town) -> None:
    person = town.person()
    new = f"new-{person.email}"
    person.post("/account/email", {"email": new})
    token = link_in_mail(town, new, "/email").rpartition("/")[2]
    with town.app.app_context():
        rows = [(row.token_hash.hex(), row.change_id) for row in db.session.scalars(select(MailToken))]
    assert token not in str(rows)


def test_ending_one_session_and_all_others(town: Town) -> None:
    """R-024, R-025: the other browser is refused at its next request; nobody ends somebody else's."""
    person = town.owner()
    other, third = person.in_another_browser(), person.in_another_browser()
    stranger = town.person("Sam Stranger")
    phone = {"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"}
    other.post("/sign-in", {"email": person.email, "password": PASSWORD}, headers=phone)
    third.sign_in()
    shown = person.get("/account").text
    assert "Safari on iPhone" in shown
    for path in ("/account", "/account/support", "/account/codes", "/organisations"):
        assert "Sydney time" in person.get(path).text, path
    ends = re.findall(r"/account/sessions/[\w-]+/end", shown)
    assert len(ends) == 2
    assert stranger.post(ends[0]).status_code == 404
    [of_phone] = [end for end in ends if f'{end}"' in shown[shown.index("Safari on iPhone") :].partition("</tr>")[0]]
    assert person.post(of_phone).location == "/account"
    assert not is_in(other)
    assert is_in(third)
    person.post("/account/sign-out-others")
    assert not is_in(third)
    assert is_in(person)


def test_the_export_holds_what_we_keep_and_no_secret(town: Town) -> None:
    owner = town.owner()
    owner.set_up_codes()
    assert owner.phone
    owner.post("/account", {"name": "Olive Oldname"})
    answer = owner.post("/account/export")
    assert "attachment" in answer.headers["Content-Disposition"]
    data = json.loads(answer.data)
    assert data["profile"]["email"] == owner.email
    assert data["organisations"][0]["role"] == "admin"
    assert len(data["sessions"]) == 1
    actions = {event["action"] for event in data["actions"]}
    assert {"account.sign_in", "account.name", "account.codes_set_up"} <= actions
    for secret in (owner.phone.key, "argon2", "token", "hash", *owner.recovery_codes):
        assert secret not in answer.text
    town.work()
    assert "Your data was downloaded" in [mail["subject"] for mail in town.mails_to(owner.email)]


def test_deleting_the_account(town: Town) -> None:
    """Refused for the last admin; else everything personal goes, the trail stays whole, the address is free."""
    owner, second = town.owner(), town.person("Second Admin")
    other = owner.in_another_browser()
    other.sign_in()
    refused = owner.post("/account/delete")
    assert refused.status_code == 409
    assert "ACCOUNT-LAST-ADMIN" in refused.text
    with town.app.app_context(), writing():
        mine = db.session.get_one(Membership, (owner.organisation_id, owner.user_id))
        db.session.add(
            Membership(
                organisation_id=owner.organisation_id,
                user_id=second.user_id,
                role="admin",
                created_at=mine.created_at,
            )
        )
    assert owner.get("/account/delete").status_code == 200
    assert is_in(owner)
    assert owner.post("/account/delete").location == "/sign-in"
    assert not is_in(other)
    assert owner.sign_in().status_code == 422
    with town.app.app_context():
        kept = db.session.get_one(User, owner.user_id)
        assert owner.email not in f"{kept.email} {kept.name}"
        assert db.session.scalar(select(AuditEvent.actor_id).where(AuditEvent.action == "account.deleted"))
        assert verify(SYSTEM) is None
    visitor = town.visitor()
    visitor.post("/sign-up", {"name": "Olive", "email": owner.email, "password": PASSWORD})
    assert "/verify/" in link_in_mail(town, owner.email, "/verify")


def test_what_lies_elsewhere_goes_along_and_goes(town: Town) -> None:
    """Invitations to them, what they wrote to support: in the export while they are here, nowhere afterwards."""
    office, who = Office(town, town.owner()), town.visitor()
    sign_up_by(who, office.invited(who.email, Rights("user")))
    office.admin.get(office.users)  # where it said to whom a mail goes
    assert write(who, message="My ledger hides from me.").status_code == 303
    town.work()
    who.confirm()
    data = json.loads(who.post("/account/export").data)
    assert data["messages_to_support"][0]["message"] == "My ledger hides from me."
    assert data["invitations_to_you"][0]["organisation"] == "Wattle & Wharf Coffee"
    assert data["visits_of_support"] == []
    town.work()
    assert who.post("/account/delete").location == "/sign-in"
    with town.app.app_context(), db.engine.connect() as connection:
        # a count against floods of mail is gone after a day
        for name, table in ((name, table) for name, table in db.metadata.tables.items() if name != "mail_count"):
            kept = [str(row) for row in connection.execute(select(table)) if who.email in str(row)]
            assert kept == [], name


def test_a_closed_organisation_holds_nobody_back(town: Town) -> None:
    owner = town.owner()
    owner.confirm()
    owner.post(f"/org/{owner.organisation_id}/settings/close", {"name": "Wattle & Wharf Coffee"})
    assert "nobody but you could keep it" in owner.get("/account/delete").text
    assert owner.post("/account/delete").location == "/sign-in"
    town.later(days=31)
    town.work()


def test_two_unknown_links_look_alike(town: Town) -> None:
    visitor = town.visitor()
    for path in ("/email/undo", "/verify"):
        assert visitor.get(f"{path}/unknown").status_code == 302
    assert alike(visitor.get("/email/undo"), visitor.get("/email/undo"))
    assert visitor.get("/email/undo").status_code == 410
