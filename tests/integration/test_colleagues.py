"""Colleagues and advisers come in by invitation, and whoever manages them can't lock everybody out."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from werkzeug.exceptions import HTTPException

from link4web import tenancy
from link4web.accounts import leaving, memberships, organisations
from link4web.accounts.memberships import LastAdmin
from link4web.accounts.models import Membership, User
from link4web.audit.models import AuditEvent
from link4web.colleagues.models import MembershipInvitation
from link4web.connections.models import Connection
from link4web.database import db, writing
from link4web.web.access import rule_of
from link4web.web.rights import Rights
from tests.colleagues import ADMIN, Office, accept, enrol, form_of, sign_up_by
from tests.invited import Shop, address, fail_mail, join_form, link_in, open_join, open_shop
from tests.people import PASSWORD, Person, Town
from tests.telling_apart import alike

USER = Rights("user", may_edit=True)
LOOKS_ONLY = Rights("user")
ADVISER = Rights("adviser", may_edit=True, may_send=True)


@pytest.fixture
def office(town: Town, owner: Person) -> Office:
    return Office(town, owner)


def newcomer(town: Town) -> Person:
    """Somebody without an account, with a mailbox of their own."""
    visitor = town.visitor()
    visitor.email = address()
    return visitor


def invitations(office: Office) -> list[MembershipInvitation]:
    with office.town.app.app_context(), tenancy.acting_for(office.admin.organisation_id):
        return list(db.session.scalars(select(MembershipInvitation).order_by(MembershipInvitation.created_at)))


def trail(office: Office) -> list[tuple[str, str | None]]:
    """What was done in the organisation, and by whom."""
    with office.town.app.app_context():
        wanted = select(AuditEvent.action, AuditEvent.actor_id).where(AuditEvent.chain == office.admin.organisation_id)
        return [(action, actor) for action, actor in db.session.execute(wanted.order_by(AuditEvent.position))]


class TestComingIn:
    def test_somebody_new_signs_up_by_the_link_and_is_in(self, town: Town, office: Office) -> None:
        """The mail proves the mailbox: no second mail, and the inviter is told."""
        who = newcomer(town)
        link = office.invited(who.email, ADVISER)
        shown = who.get(link, follow_redirects=True).text
        assert "Olive Owner invites you to work in Wattle &amp; Wharf Coffee." in shown
        assert "You would be an adviser there, and may see customers, change them and send invitations." in shown
        assert sign_up_by(who, link).status_code == 303
        assert who.get(office.users).status_code == 200
        town.work()
        assert len(town.mails_to(who.email)) == 1
        [notice, *_] = town.mails_to(office.admin.email)
        assert notice["subject"] == "Mere Tane works in Wattle & Wharf Coffee now"
        assert ("colleague.accepted", None) in trail(office)
        again = town.visitor()
        again.email = who.email
        assert again.sign_in().status_code == 303

    def test_whoever_has_a_sign_in_signs_in_and_accepts(self, town: Town, office: Office) -> None:
        who = town.person("Mere Tane")
        link = office.invited(who.email, USER)
        who.post("/sign-out")
        shown = who.get(link, follow_redirects=True).text
        assert "There is a sign-in for" in shown and "Choose a password" not in shown
        assert who.post("/colleague", {"name": "X", "password": "tussock-kettle-marble-nine"}).status_code == 422
        signed_in = who.post("/sign-in?next=/colleague", {"email": who.email, "password": PASSWORD})
        assert signed_in.location == "/colleague"
        assert who.post("/colleague").status_code == 303
        assert office.rights_of(who) == USER

    def test_looking_accepts_nothing_and_a_link_works_once(self, town: Town, office: Office) -> None:
        """R-100, R-102."""
        who, scanner = newcomer(town), town.visitor()
        link = office.invited(who.email, USER)
        for _ in range(20):
            scanner.client.head(link)
            scanner.get(link, follow_redirects=True)
        assert [one.state for one in invitations(office)] == ["open"]
        assert sign_up_by(who, link).status_code == 303
        assert "This invitation has been used." in scanner.get(link, follow_redirects=True).text
        assert scanner.post("/colleague", {"name": "X", "password": PASSWORD}).status_code == 410

    def test_the_token_is_kept_as_a_hash_and_leaves_the_address(self, town: Town, office: Office) -> None:
        """R-030, R-100."""
        link = office.invited(address(), USER)
        token = link.rpartition("/")[2]
        assert len(token) >= 43
        [kept] = invitations(office)
        assert kept.token_hash and token.encode() not in kept.token_hash
        visitor = town.visitor()
        assert visitor.get(link).status_code == 302
        assert token not in visitor.get("/colleague").text
        assert visitor.get(link[:-1] + ("a" if link[-1] != "a" else "b")).status_code == 302
        assert visitor.get("/colleague").status_code == 404

    @pytest.mark.parametrize("end", ["expired", "withdrawn", "superseded", "declined"])
    def test_a_link_that_has_ended_lets_nobody_in(self, town: Town, office: Office, end: str) -> None:
        """R-100."""
        who = newcomer(town)
        link = office.invited(who.email, USER)
        [made] = invitations(office)
        if end == "expired":
            town.later(days=7)
        elif end == "declined":
            who.get(link)
            assert "You said no to Wattle" in who.post("/colleague/decline").text
        else:
            press = "withdraw" if end == "withdrawn" else "resend"
            assert office.admin.post(f"{office.users}/invitations/{made.id}/{press}").status_code == 303
        refused = sign_up_by(who, link)
        assert refused.status_code == 410 and f"COLLEAGUE-{end.upper()}" in refused.text
        with town.app.app_context():
            assert db.session.scalar(select(func.count()).select_from(User).where(User.email == who.email)) == 0
        if end == "superseded":
            assert sign_up_by(who, office.link_to(who.email)).status_code == 303

    def test_another_sign_in_sees_nothing_of_it(self, town: Town, office: Office, stranger: Person) -> None:
        """R-101: a neutral page, and a way to switch."""
        who = newcomer(town)
        link = office.invited(who.email, USER)
        refused = accept(stranger, link)
        assert refused.status_code == 403
        assert "Wattle" not in refused.text and who.email not in refused.text
        assert stranger.post("/colleague/switch").location == "/colleague"
        assert who.email in stranger.get("/colleague").text
        assert office.rights_of(stranger) is None

    def test_a_closed_organisation_lets_nobody_in(self, town: Town, office: Office) -> None:
        """R-103; not after it has been kept either."""
        who, late = newcomer(town), newcomer(town)
        link = office.invited(who.email, USER)
        office.invite(late.email, USER)
        office.admin.confirm()
        close = f"/org/{office.admin.organisation_id}/settings/close"
        assert "2 invitations to work here" in office.admin.get(close).text
        assert office.admin.post(close, {"name": "Wattle & Wharf Coffee"}).status_code == 303
        town.work()
        assert town.mails_to(late.email) == []
        assert "This invitation was taken back." in sign_up_by(who, link).text
        office.admin.post(f"{close}/keep")
        assert "This invitation was taken back." in sign_up_by(who, link).text

    @pytest.mark.parametrize("how", ["demoted", "removed", "disabled"])
    def test_an_inviter_who_may_no_longer_invite_lets_nobody_in(self, town: Town, office: Office, how: str) -> None:
        """R-103; and another admin can send it again."""
        other = office.member(ADMIN)
        who = newcomer(town)
        link = Office(town, other).invited(who.email, ADMIN)
        if how == "demoted":
            office.admin.post(f"{office.users}/{other.user_id}", form_of(USER))
        elif how == "removed":
            office.admin.post(f"{office.users}/{other.user_id}/remove")
        else:
            with town.app.app_context(), writing():
                user = db.session.get_one(User, other.user_id)
                user.disabled_at = user.created_at
        assert sign_up_by(who, link).status_code == 410
        [made] = invitations(office)
        office.admin.post(f"{office.users}/invitations/{made.id}/resend")
        assert sign_up_by(who, office.link_to(who.email)).status_code == 303

    def test_signing_up_before_the_owner_gains_nothing(self, town: Town, office: Office) -> None:
        """R-104: with the invited address and a password of one's own, before and while it is open."""
        who, thief = newcomer(town), town.visitor()
        thief.email = who.email
        form = {"name": "Thea Thief", "email": who.email, "password": "tussock-kettle-marble-nine"}
        thief.post("/sign-up", form)
        link = office.invited(who.email, USER)
        thief.sign_in("tussock-kettle-marble-nine")
        assert thief.get(office.users).location.startswith("/check-mail")
        assert sign_up_by(who, link).status_code == 303
        assert thief.get(office.users).status_code == 302
        assert thief.sign_in("tussock-kettle-marble-nine").status_code == 422

    def test_two_presses_make_one_member(self, town: Town, office: Office) -> None:
        who = newcomer(town)
        link = office.invited(who.email, USER)
        browsers = [town.visitor(), town.visitor()]
        for one in browsers:
            one.get(link)
        tokens = [one.token() for one in browsers]
        form = {"name": "Mere Tane", "password": PASSWORD}
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda pair: pair[0].post("/colleague", form, token=pair[1]), zip(browsers, tokens, strict=True)
                )
            )
        assert sorted(answer.status_code for answer in answers) in ([303, 303], [303, 410])
        assert [action for action, _ in trail(office)].count("colleague.accepted") == 1


class TestInviting:
    def test_an_address_with_an_account_looks_like_one_without(self, town: Town, office: Office) -> None:
        """R-004, R-054: the answer, the list and the mail."""
        known, unknown = town.person("Mere Tane"), newcomer(town)
        seen = []
        for who in (known, unknown):
            answer = office.invite(who.email, USER)
            listed = office.admin.get(office.users)
            town.work()
            [mail] = town.mails_to(who.email)
            [made] = [one for one in invitations(office) if one.email == who.email]
            office.admin.post(f"{office.users}/invitations/{made.id}/withdraw")
            office.admin.get(office.users)  # shows what was flashed
            text = re.sub(
                r"/colleague/(?:stop/)?[\w-]+|/invitations/[\w-]+",
                "",
                f"{listed.text} {mail['subject']} {mail['text']}",
            )
            seen.append((answer.status_code, answer.location, text.replace(who.email, "…")))
        assert alike_texts(*seen)

    def test_what_is_not_on_the_form_is_refused_or_ignored(self, town: Town, office: Office) -> None:
        """R-048."""
        who = newcomer(town)
        assert office.invite(who.email, Rights("owner")).status_code == 422
        form = form_of(LOOKS_ONLY, email=who.email.upper(), state="accepted", invited_by="x" * 22, expires_at="2999")
        office.admin.post(f"{office.users}/invite", form)
        [made] = invitations(office)
        assert (made.email, made.state, made.rights) == (who.email, "open", LOOKS_ONLY)
        assert made.invited_by == office.admin.user_id
        assert made.expires_at - made.created_at == timedelta(days=7)

    def test_a_colleague_is_not_invited_again(self, office: Office) -> None:
        colleague = office.member(USER)
        refused = office.invite(colleague.email, ADMIN)
        assert refused.status_code == 422 and "USER-MEMBER" in refused.text

    def test_no_mailbox_is_flooded(self, town: Town, office: Office) -> None:
        who = newcomer(town)
        answers = [office.invite(who.email, USER) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [303, 303, 303, 422]
        assert "USER-INVITED-OFTEN" in answers[-1].text
        town.work()
        assert len(town.mails_to(who.email)) == 1, "only the newest has anything to open"
        town.later(days=1, minutes=1)
        office.admin.sign_in()
        assert office.invite(who.email, USER).status_code == 303

    def test_many_organisations_together_do_not_flood_one_either(self, town: Town) -> None:
        """What is over the limit leaves later, and no sender is told, since that would tell of the others."""
        who = newcomer(town)
        for number in range(7):
            assert Office(town, town.owner(organisation=f"Shop {number}")).invite(who.email, USER).status_code == 303
        town.work()
        assert len(town.mails_to(who.email)) == 6
        town.later(days=1, minutes=1)
        town.work()
        assert len(town.mails_to(who.email)) == 7

    def test_a_mail_that_is_refused_is_said_on_the_list(self, town: Town, office: Office) -> None:
        who = newcomer(town)
        fail_mail(town, stage="rcpt", code=550, to=who.email, count=1)
        office.invite(who.email, USER)
        town.work()
        assert "The mail server refused this address." in office.admin.get(office.users).text
        [made] = invitations(office)
        office.admin.post(f"{office.users}/invitations/{made.id}/resend")
        assert sign_up_by(who, office.link_to(who.email)).status_code == 303

    def test_an_address_that_wants_none_gets_none(self, town: Town, office: Office) -> None:
        """R-107, R-109 to R-111: the ground is kept, the mail has a way out, and the way out holds."""
        who = newcomer(town)
        office.invited(who.email, USER)
        [mail] = town.mails_to(who.email)
        stop, headers = link_in(mail, "/colleague/stop/"), mail["headers"]
        assert headers["List-Unsubscribe"].strip() == f"<http://localhost:8000{stop}>"
        assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert who.get(stop, follow_redirects=True).text.count(who.email) == 1
        office.admin.post(f"{office.users}/invitations/{invitations(office)[-1].id}/withdraw")
        assert who.client.post(stop).data == b""  # as mail programs do, whatever became of the invitation
        office.invite(who.email, USER)
        town.work()
        assert len(town.mails_to(who.email)) == 1
        assert "This address has asked us for no more invitations." in office.admin.get(office.users).text
        assert {made.consent_basis for made in invitations(office)} == {"works with the sender, stated by the sender"}
        assert "Taken back" in who.post("/colleague/stop/undo", follow_redirects=True).text
        office.admin.post(f"{office.users}/invitations/{invitations(office)[-1].id}/resend")
        town.work()
        assert len(town.mails_to(who.email)) == 2

    def test_whoever_stops_one_kind_gets_neither(self, town: Town, office: Office) -> None:
        who = newcomer(town)
        office.invited(who.email, USER)
        who.get(link_in(town.mails_to(who.email)[0], "/colleague/stop/"))
        assert "No more invitations" in who.post("/colleague/stop", {"scope": "all"}).text
        other = Office(town, town.owner("Sam Stranger", "Kauri Point Marine"))
        other.invite(who.email, USER)
        town.work()
        assert len(town.mails_to(who.email)) == 1

    def test_names_carry_no_links_into_the_mail(self, town: Town) -> None:
        """R-105."""
        admin = town.owner("Visit evil.example", "win.example\u202e")
        who = newcomer(town)
        Office(town, admin).invited(who.email, USER)
        [mail] = town.mails_to(who.email)
        assert "evil.example" not in str(mail) and "win.example" not in str(mail)


def alike_texts(first: tuple[int, str | None, str], second: tuple[int, str | None, str]) -> bool:
    """Equal but for what is random in every page."""
    unmarked = [(status, place, re.sub(r'value="[^"]{60,}"', "", text)) for status, place, text in (first, second)]
    return unmarked[0] == unmarked[1]


class TestManaging:
    @pytest.mark.parametrize("press", ["", "/remove"])
    def test_it_takes_effect_at_once_everywhere(self, town: Town, office: Office, press: str) -> None:
        """R-024, R-051: the very next request of every session; and the person is told."""
        colleague = office.member(ADVISER)
        elsewhere = town.visitor()
        elsewhere.email = colleague.email
        elsewhere.sign_in()
        settings = f"/org/{colleague.organisation_id}/settings/business"
        if not press:
            office.admin.post(f"{office.users}/{colleague.user_id}", form_of(ADMIN))
            assert [one.get(settings).status_code for one in (colleague, elsewhere)] == [200, 200]
        office.admin.post(f"{office.users}/{colleague.user_id}{press}", form_of(LOOKS_ONLY))
        for one in (colleague, elsewhere):
            assert one.get(settings).status_code == (404 if press else 403)
            assert one.get(office.users).status_code == (404 if press else 200)
        town.work()
        subject = town.mails_to(colleague.email)[0]["subject"]
        assert subject.endswith("has ended" if press else "was changed")
        action = "membership.removed" if press else "membership.changed"
        assert (action, office.admin.user_id) in trail(office)

    def test_whoever_is_out_hears_no_more_of_the_customers(self, town: Town, office: Office) -> None:
        """R-024: also by mail, about what they have sent themselves."""
        colleague, customers = office.member(ADVISER), [address(), address()]
        shop = Shop(town, colleague, open_shop(town, office.admin).connection)
        shop.sent(*(shop.customer("Marram Grass Café", email) for email in customers))
        for number, email in enumerate(customers):
            if number:
                office.admin.sign_in()
                office.admin.post(f"{office.users}/{colleague.user_id}/remove")
            visitor = town.visitor()
            visitor.email = email
            open_join(visitor, shop.mails_to(email)[0])
            assert visitor.post("/join", join_form(email=email)).status_code == 303
            town.work()
        subjects = [mail["subject"] for mail in town.mails_to(colleague.email)]
        assert subjects == ["Your access to Wattle & Wharf Coffee has ended", "Marram Grass Café has joined"]

    def test_an_admin_ends_the_sessions_of_a_member(self, town: Town, office: Office, stranger: Person) -> None:
        """R-025; of nobody else's, and nobody's password."""
        colleague = office.member(USER)
        assert office.admin.post(f"{office.users}/{stranger.user_id}/sign-out").status_code == 404
        assert stranger.get("/account").status_code == 200
        office.admin.post(f"{office.users}/{colleague.user_id}/sign-out")
        assert colleague.get("/account").status_code == 302
        assert colleague.sign_in().status_code == 303
        shown = office.admin.get(f"{office.users}/{colleague.user_id}").text
        assert "password" not in re.sub(r"They sign in again with their password[^<]*", "", shown).lower()

    def test_the_last_admin_stays(self, town: Town, office: Office) -> None:
        """R-052: by every way out; another one who can't sign in doesn't count."""
        other = office.member(ADMIN)
        with town.app.app_context(), writing():
            user = db.session.get_one(User, other.user_id)
            user.disabled_at = user.created_at
        own = f"{office.users}/{office.admin.user_id}"
        for place, form in ((own, form_of(USER)), (f"{office.users}/leave", {})):
            said = office.admin.post(place, form, follow_redirects=True).text
            assert "An organisation needs an admin, and there is no other one." in said
        assert office.admin.post("/account/delete").status_code == 409
        assert "there is no other one" in office.admin.get(f"{office.users}/leave").text
        assert office.rights_of(office.admin) == ADMIN

    def test_two_demotions_at_the_same_moment_leave_one_admin(self, town: Town, office: Office) -> None:
        """R-052, each of two admins by the other, again and again."""
        other = office.member(ADMIN)
        pair = (office.admin, other)

        def demote(whom: int) -> str:
            with town.app.app_context():
                try:
                    where, by = office.admin.organisation_id, pair[1 - whom].user_id
                    memberships.change(where, pair[whom].user_id, USER, by=by)
                except memberships.Refused as refused:
                    return type(refused).__name__
                return "done"

        for _ in range(10):
            for one in pair:
                enrol(town, office.admin.organisation_id, one, ADMIN)
            with ThreadPoolExecutor(2) as pool:
                answers = sorted(pool.map(demote, (0, 1)))
            # whoever was demoted first may not demote the other any more
            assert answers == ["AboveOwn", "done"]
            assert sorted(office.rights_of(one) == ADMIN for one in pair) == [False, True]

    def test_two_who_leave_at_the_same_moment_leave_one_behind(self, town: Town, office: Office) -> None:
        """R-052, R-180."""
        other = office.member(ADMIN)
        pair = (office.admin, other)

        def leave(person: Person) -> bool:
            with town.app.app_context():
                try:
                    memberships.leave(office.admin.organisation_id, person.user_id)
                except LastAdmin:
                    return False
                return True

        for _ in range(10):
            for one in pair:
                enrol(town, office.admin.organisation_id, one, ADMIN)
            with ThreadPoolExecutor(2) as pool:
                assert sorted(pool.map(leave, pair)) == [False, True]

    def test_two_who_delete_their_accounts_at_the_same_moment(self, town: Town, office: Office) -> None:
        """R-052, R-180: one of them stays."""
        for turn in range(5):
            pair = [office.member(ADMIN, f"Admin {turn}") for _ in range(2)]
            with town.app.app_context(), writing():
                others = select(Membership).where(Membership.user_id.not_in([one.user_id for one in pair]))
                for membership in db.session.scalars(others):
                    db.session.delete(membership)

            def delete(person: Person) -> bool:
                with town.app.app_context():
                    try:
                        leaving.delete_account(person.user_id)
                    except leaving.LastAdmin:
                        return False
                    return True

            with ThreadPoolExecutor(2) as pool:
                assert sorted(pool.map(delete, pair)) == [False, True]

    def test_nobody_gives_more_than_they_have(self, town: Town, office: Office) -> None:
        """R-052: whoever lost their rights meanwhile, with a page that was open before."""
        colleague, third = office.member(USER), office.member(LOOKS_ONLY, "Thea Third")
        for place in (f"{third.user_id}", f"{colleague.user_id}", f"{office.admin.user_id}"):
            assert colleague.post(f"{office.users}/{place}", form_of(ADMIN)).status_code == 403
        refused = colleague.post(f"{office.users}/invite", form_of(ADMIN, email=address()))
        assert refused.status_code == 403
        assert "Your role in Wattle &amp; Wharf Coffee doesn’t include this." in refused.text
        with town.app.app_context(), pytest.raises(memberships.AboveOwn):
            memberships.change(office.admin.organisation_id, third.user_id, ADMIN, by=colleague.user_id)
        assert office.rights_of(third) == LOOKS_ONLY

    def test_whose_consent_a_ledger_works_with_is_said_before_they_go(self, town: Town, office: Office) -> None:
        colleague, shop = office.member(ADMIN), open_shop(town, office.admin)
        assert "They connected" not in office.admin.get(f"{office.users}/{colleague.user_id}").text
        with town.app.app_context(), tenancy.acting_for(office.admin.organisation_id), writing():
            key = office.admin.organisation_id, shop.connection
            db.session.get_one(Connection, key).connected_by = colleague.user_id
        shown = office.admin.get(f"{office.users}/{colleague.user_id}").text
        assert "They connected Xero, Wattle &amp; Wharf Coffee." in shown

    def test_handing_over_and_leaving(self, town: Town, office: Office) -> None:
        colleague = office.member(USER)
        nobody = office.admin.post(f"{office.users}/hand-over")
        assert (
            nobody.status_code == 422 and "Choose who takes your place." in nobody.text and "checked" not in nobody.text
        )
        office.admin.post(f"{office.users}/hand-over", {"person": colleague.user_id})
        assert office.rights_of(colleague) == ADMIN
        assert office.rights_of(office.admin) == Rights("user", may_edit=True, may_approve=True, may_send=True)
        assert office.admin.post(f"{office.users}/hand-over", {"person": office.admin.user_id}).status_code == 403
        town.later(minutes=11)
        assert office.admin.post(f"{office.users}/leave").location.startswith("/confirm-it-is-you")
        office.admin.confirm()
        assert office.admin.post(f"{office.users}/leave").location == "/organisations"
        assert office.admin.get(office.users).status_code == 404
        town.work()
        assert town.mails_to(colleague.email)[0]["subject"] == "Somebody has left Wattle & Wharf Coffee"

    def test_only_admins_see_addresses_and_open_invitations(self, town: Town, office: Office) -> None:
        colleague, who = office.member(ADVISER), newcomer(town)
        office.invite(who.email, USER)
        shown = colleague.get(office.users).text
        assert "Olive Owner" in shown and office.admin.email not in shown and who.email not in shown
        assert "Invite a colleague" not in shown and "Leave this organisation" in shown
        managed = office.admin.get(office.users).text
        assert colleague.email in managed and who.email in managed and "Adviser" in managed

    def test_settings_are_in_the_navigation_of_those_who_may(self, office: Office) -> None:
        colleague = office.member(USER)
        assert "/settings/business" not in colleague.get(office.users).text
        assert "/settings/business" in office.admin.get(office.users).text

    def test_ids_of_others_lead_nowhere(self, town: Town, office: Office, stranger: Person) -> None:
        """R-045, R-051: people and invitations of another organisation look like none."""
        theirs = Office(town, stranger)
        theirs.invite(address(), USER)
        [invitation] = invitations(theirs)
        for place in (f"{stranger.user_id}/remove", f"{stranger.user_id}/sign-out"):
            foreign = office.admin.post(f"{office.users}/{place}")
            missing = office.admin.post(f"{office.users}/{place.replace(stranger.user_id, 'x' * 22)}")
            assert foreign.status_code == 404 and alike(foreign, missing)
        office.admin.post(f"{office.users}/invitations/{invitation.id}/withdraw")
        assert [one.state for one in invitations(theirs)] == ["open"]
        with town.app.app_context():
            assert db.session.get(Membership, (stranger.organisation_id, stranger.user_id))


def test_rights_are_what_they_say(town: Town, office: Office) -> None:
    """May edit, may send: each opens its own pages and no others."""
    colleague = office.member(LOOKS_ONLY)
    connection = office.admin.connect_xero()
    town.work()
    base = f"/xero/{connection}"
    seen = {}
    for rights in (LOOKS_ONLY, USER, Rights("adviser", may_send=True), Rights("user", may_approve=True)):
        enrol(town, office.admin.organisation_id, colleague, rights)
        places = (f"{base}/customers", f"{base}/customers/add", f"{base}/invite")
        seen[rights] = [colleague.get(place).status_code == 403 for place in places]
    assert list(seen.values()) == [
        [False, True, True],
        [False, False, True],
        [False, True, False],
        [False, True, True],
    ]


def test_an_adviser_of_fifty_sees_all_at_once(town: Town, office: Office) -> None:
    """One statement for all of them, however many; and nothing of those who have let nobody in."""
    adviser, others = office.member(ADVISER), []
    office.admin.connect_xero()
    town.work()
    stranger = town.owner("Sam Stranger", "Kauri Point Marine")
    asked: list[int] = []
    for number in range(50):
        if number in (3, 49):
            asked.append(_statements(town, adviser))
        with town.app.app_context():
            others.append(organisations.create_organisation(stranger.user_id, f"Shop {number}", "AU", None).id)
        enrol(town, others[-1], adviser, ADVISER)
    assert asked[0] == asked[1]
    shown = adviser.get("/organisations").text
    assert shown.count("an adviser") == 51 and re.search(r"\d+ without ABN", shown)
    assert "Kauri Point Marine" not in shown


def _statements(town: Town, person: Person) -> int:
    """How often the database is asked for the page of somebody's organisations."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    with town.app.app_context():
        engine = db.engine
    person.get("/organisations")  # whatever is done once an hour is not what is counted
    event.listen(engine, "before_cursor_execute", note)
    assert person.get("/organisations").status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)


@pytest.mark.parametrize("rights", [LOOKS_ONLY, USER, Rights("adviser", may_send=True)], ids=str)
def test_pages_offer_nothing_that_would_be_refused(town: Town, office: Office, rights: Rights) -> None:
    """Every link and button on the pages of somebody below an admin leads to what they may do."""
    shop = open_shop(town, office.admin)
    colleague = office.member(rights)
    needs = shop.customer("Dry Creek Joinery", number="")
    idle, reachable = shop.customer("Old Mill", is_customer=False), shop.customer("Marram Grass Café")
    batch = shop.send(reachable)
    base = f"/xero/{shop.connection}"
    pages = [
        *(f"{base}/customers{query}" for query in ("", "?q=marram", "?q=old mill", "?q=nobody", "?queue=needs-number")),
        *(f"{base}/customers/{one}" for one in (needs, idle, reachable)),
        *(base, batch, office.users, f"{office.users}/leave", f"/org/{colleague.organisation_id}/connections"),
        "/organisations",
    ]
    if rights.may_send:
        ticked = {"shown": f"{needs} {idle}", "id": [needs, idle]}
        assert colleague.post(f"{base}/customers/selection/invite", ticked).status_code == 303
        pages.insert(0, f"{base}/invite")  # before another search puts the ticks aside
    refused = []
    for place in pages:
        shown = colleague.get(place)
        assert shown.status_code == 200, (place, shown.location)
        refused += [(place, *what) for what in offered(shown.text) if not may(town.app, rights, *what)]
    assert refused == []


def offered(html: str) -> set[tuple[str, str]]:
    """What can be pressed or followed: method and path."""
    links = {("GET", href) for href in re.findall(r'<a [^>]*href="(/[^"#]*)', html)}
    buttons = set(re.findall(r'(?:formaction|method="post" action|hx-post)="(/[^"]+)"', html))
    return links | {("POST", action) for action in buttons}


def may(app: Flask, rights: Rights, method: str, address: str) -> bool:
    path = address.replace("&amp;", "&").partition("?")[0]
    try:
        endpoint, _ = app.url_map.bind("localhost").match(path, method)
    except HTTPException:  # a static file, or an address that is led on
        return path.startswith("/static/")
    rule = rule_of(app.view_functions[endpoint])
    return rule is None or rule.permission is None or rule.permission in rights.permissions
