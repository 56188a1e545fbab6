"""The invited business follows its link: looks, joins, says no or stops the mails."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from link4web import clock
from link4web.accounts import organisations, services
from link4web.accounts.models import Membership, Organisation, User
from link4web.customers.models import Customer
from link4web.database import db, writing
from link4web.invitations import expiry
from link4web.invitations.models import InvitationToken, NetworkLink, Suppression
from tests.invited import SAMPLE_NUMBERS, Shop, address, join_form, link_in, open_join, open_shop
from tests.people import PASSWORD, Person, Town

SAMPLE_NZBN = "9429041561928"  # a published sample number


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


class Invited:
    """A business that has got an invitation."""

    def __init__(self, shop: Shop, **facts: object) -> None:
        self.shop = shop
        self.email = address()
        self.customer = shop.customer("Marram Grass Café", self.email, **facts)
        shop.sent(self.customer, message="Kia ora, join us.")
        [self.mail] = shop.mails_to(self.email)
        self.visitor = shop.town.visitor()
        self.visitor.email = self.email

    @property
    def state(self) -> str:
        return self.shop.state(self.customer)

    def opens(self) -> str:
        return open_join(self.visitor, self.mail).text

    def joins(self, **changes: str) -> TestResponse:
        self.opens()
        return self.visitor.post("/join", join_form(email=self.email, **changes))


@pytest.fixture
def invited(shop: Shop) -> Invited:
    return Invited(shop)


def users(shop: Shop, email: str) -> list[User]:
    with shop.town.app.app_context():
        return list(db.session.scalars(select(User).where(User.email == email)))


class TestLooking:
    def test_shows_who_invites_and_what_is_known(self, invited: Invited) -> None:
        html = invited.opens()
        for words in (
            "Wattle &amp; Wharf Coffee would like to send you eInvoices.",
            "51 824 753 556",
            "Kia ora, join us.",
            "Olive Owner",
            "It is <b>not</b> a PDF by e-mail",
            'value="Marram Grass Café"',
            'value="53 004 085 616"',
            f'value="{invited.email}"',
            'value="Mere Tane"',
        ):
            assert words in html

    def test_changes_nothing_but_the_time_of_the_first_look(self, invited: Invited) -> None:
        """R-102: a link scanner's GETs and HEADs."""
        [before] = invited.shop.invitations(invited.customer)
        scanner = invited.shop.town.app.test_client()
        path = link_in(invited.mail)
        for _ in range(20):
            scanner.head(path)
            scanner.head("/join")
            scanner.get(path, follow_redirects=True)
            scanner.get(link_in(invited.mail, "/stop/"))
        [after] = invited.shop.invitations(invited.customer)
        assert (after.state, before.opened_at) == ("sent", None)
        first = after.opened_at
        invited.shop.town.later(minutes=10)
        scanner.get(path, follow_redirects=True)
        assert invited.shop.invitations(invited.customer)[0].opened_at == first
        assert invited.joins().location == "/join/done"

    def test_head_notes_nothing_and_keeps_no_session(self, invited: Invited) -> None:
        answer = invited.shop.town.app.test_client().head(link_in(invited.mail))
        assert answer.status_code == 302 and "Set-Cookie" not in answer.headers
        assert invited.shop.invitations(invited.customer)[0].opened_at is None

    def test_token_is_stored_hashed_and_leaves_the_address(self, invited: Invited) -> None:
        """R-030, R-100."""
        token = link_in(invited.mail).rpartition("/")[2]
        assert len(token) >= 43
        with invited.shop.town.app.app_context():
            kept = db.session.scalars(select(InvitationToken.token_hash)).all()
        assert token.encode() not in kept
        assert token not in invited.opens()

    @pytest.mark.parametrize("path", ["/join/nobody-knows-this", "/join/" + "a" * 43, "/join/%00"])
    def test_unknown_links_say_so(self, town: Town, path: str) -> None:
        visitor = town.visitor()
        assert visitor.get(path).status_code == 302
        shown = visitor.get("/join")
        assert shown.status_code == 404 and "We do not know this link." in shown.text

    def test_altered_token_is_unknown(self, invited: Invited) -> None:
        """R-100."""
        path = link_in(invited.mail)
        visitor = invited.visitor
        visitor.get(path[:-1] + ("A" if path[-1] != "A" else "B"))
        assert visitor.get("/join").status_code == 404

    def test_join_page_without_a_link(self, town: Town) -> None:
        assert town.visitor().get("/join").status_code == 404

    def test_a_stop_link_does_not_join(self, invited: Invited) -> None:
        invited.visitor.get("/join/" + link_in(invited.mail, "/stop/").rpartition("/")[2])
        assert invited.visitor.get("/join").status_code == 404

    def test_the_number_is_looked_up_in_the_register(self, invited: Invited) -> None:
        invited.opens()
        said = invited.visitor.get("/join/check?number=52341672110")
        assert "In the register as" in said.text and "<html" not in said.text
        assert "An ABN has 11 digits; you typed 3." in invited.visitor.get("/join/check?number=123").text


class TestJoining:
    def test_as_somebody_new(self, invited: Invited) -> None:
        answer = invited.joins(name="Marram Grass Cafe Pty Ltd")
        assert (answer.status_code, answer.location) == (303, "/join/done")
        done = invited.visitor.get("/join/done").text
        assert "You have joined. Wattle &amp; Wharf Coffee knows." in done and "Marram Grass Cafe Pty Ltd" in done
        assert invited.state == "joined"
        [user] = users(invited.shop, invited.email)
        assert (user.name, user.verified_at is not None) == ("Mere Tane", True)
        assert invited.visitor.get("/organisations").status_code == 200
        with invited.shop.town.app.app_context():
            [link] = db.session.scalars(select(NetworkLink))
            joined = db.session.get_one(Organisation, link.joined_id)
        assert (link.inviter_id, link.customer_id) == (invited.shop.person.organisation_id, invited.customer)
        assert (joined.name, joined.country, joined.number) == ("Marram Grass Cafe Pty Ltd", "AU", SAMPLE_NUMBERS[0])

    def test_can_sign_in_again_later(self, invited: Invited) -> None:
        invited.joins()
        again = invited.shop.town.visitor()
        again.email = invited.email
        assert again.sign_in().status_code == 303

    def test_tells_the_inviter_by_mail(self, invited: Invited) -> None:
        invited.joins(name="Marram Grass Holdings", number=SAMPLE_NUMBERS[1])
        invited.shop.town.work()
        mail = invited.shop.mails_to(invited.shop.person.email)[0]
        assert mail["subject"] == "Marram Grass Café has joined"
        for words in ("Marram Grass Holdings", "33 102 417 032", invited.customer):
            assert words in mail["text"]

    def test_number_we_did_not_have_is_kept_with_its_origin(self, shop: Shop) -> None:
        shop.inside(
            lambda: organisations.update_invitation_defaults(
                shop.person.organisation_id, without_number=True, message=""
            )
        )
        invited = Invited(shop, number="")
        invited.joins(number=SAMPLE_NUMBERS[1])
        kept = shop.inside(lambda: db.session.scalars(select(Customer).where(Customer.id == invited.customer)).one())
        assert (kept.number, kept.number_origin, kept.state) == (SAMPLE_NUMBERS[1], "customer", "joined")

    def test_number_we_had_stays(self, invited: Invited) -> None:
        invited.joins(number=SAMPLE_NUMBERS[1])
        kept = invited.shop.inside(lambda: db.session.scalars(select(Customer)).one())
        assert (kept.number, kept.number_origin) == (SAMPLE_NUMBERS[0], "ledger")

    def test_new_zealand_is_asked_for_an_nzbn(self, shop: Shop) -> None:
        invited = Invited(shop, number=SAMPLE_NZBN, scheme="NZBN", country="NZ")
        assert ">NZBN<" in invited.opens()
        assert invited.joins(number=SAMPLE_NZBN).location == "/join/done"
        with shop.town.app.app_context():
            joined = db.session.scalars(select(Organisation).where(Organisation.number == SAMPLE_NZBN)).one()
        assert joined.country == "NZ"

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"number": "53004085617"}, "swapped"),
            ({"number": ""}, "Enter"),
            ({"name": ""}, "Enter the name of your business."),
            ({"person": ""}, "Enter your name."),
            ({"password": "short"}, "Use 15 characters or more"),
            ({"password": ""}, "Choose a password."),
            ({"name": "x" * 500}, "At most 120 characters."),
        ],
    )
    def test_mistakes_get_a_sentence_and_lose_nothing(
        self, invited: Invited, changes: dict[str, str], sentence: str
    ) -> None:
        answer = invited.joins(**changes)
        assert answer.status_code == 422 and sentence in answer.text
        assert "password" not in changes or PASSWORD not in answer.text
        assert 'value="Mere Tane"' in answer.text or "person" in changes
        assert invited.state == "invited" and not users(invited.shop, invited.email)
        assert invited.joins().location == "/join/done"

    def test_presses_at_the_same_moment_join_once(self, invited: Invited) -> None:
        """R-166."""
        visitors = [invited.shop.town.visitor() for _ in range(6)]
        for visitor in visitors:
            open_join(visitor, invited.mail)
        forms = [{**join_form(email=invited.email), "csrf_token": visitor.token()} for visitor in visitors]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda visitor, form: visitor.post("/join", form), visitors, forms))
        assert sorted(answer.status_code for answer in answers) == [303] + [410] * 5
        with invited.shop.town.app.app_context():
            assert db.session.scalar(select(func.count()).select_from(NetworkLink)) == 1
            assert db.session.scalar(select(func.count()).select_from(Organisation)) == 2

    def test_second_press_has_no_second_effect(self, invited: Invited) -> None:
        """R-100, R-166."""
        invited.opens()
        other = invited.shop.town.visitor()
        open_join(other, invited.mail)
        assert invited.joins().status_code == 303
        late = other.post("/join", join_form(email=invited.email))
        assert late.status_code == 410 and "This invitation has been used." in late.text
        with invited.shop.town.app.app_context():
            assert db.session.scalar(select(func.count()).select_from(NetworkLink)) == 1
            assert db.session.scalar(select(func.count()).select_from(Organisation)) == 2

    def test_merged_mail_joins_all_it_stands_for(self, shop: Shop) -> None:
        email = address()
        ids = shop.customers([{"name": name, "email": email} for name in ("Bellbird One", "Bellbird Two")])
        shop.sent(*ids)
        visitor = shop.town.visitor()
        [mail] = shop.mails_to(email)
        assert "The same invitation also stands for" in open_join(visitor, mail).text
        visitor.post("/join", join_form(email=email))
        assert shop.states(*ids) == ["joined", "joined"]

    def test_session_is_new_afterwards(self, invited: Invited) -> None:
        """Whoever knew the session before does not have the account's (R-021)."""
        name = invited.shop.town.app.extensions["settings"].cookie_name
        invited.opens()
        before = invited.visitor.client.get_cookie(name)
        invited.visitor.post("/join", join_form(email=invited.email))
        after = invited.visitor.client.get_cookie(name)
        assert before and after and before.value != after.value

    def test_needs_the_pages_token(self, invited: Invited) -> None:
        invited.opens()
        forged = invited.visitor.client.post(
            "/join", data=join_form(email=invited.email), base_url="http://localhost:8000"
        )
        assert forged.status_code in (400, 401, 403)
        assert invited.state == "invited"


class TestAddresses:
    def test_account_of_the_invited_address_signs_in_first(self, shop: Shop) -> None:
        known = shop.town.person("Mere Tane")
        known.post("/sign-out")
        cafe = shop.customer(email=known.email)
        shop.sent(cafe)
        mail = next(one for one in shop.mails_to(known.email) if "eInvoices" in one["subject"])
        shown = open_join(known, mail).text
        assert "There is a sign-in for" in shown and 'name="password"' not in shown
        refused = known.post("/join", join_form(email=known.email))
        assert refused.status_code == 422 and "Sign in first" in refused.text
        signed_in = known.post("/sign-in", {"email": known.email, "password": PASSWORD, "next": "/join"})
        assert signed_in.location == "/join"
        assert known.post("/join", {"name": "Mere's Café", "number": SAMPLE_NUMBERS[0]}).location == "/join/done"
        assert shop.state(cafe) == "joined"

    def test_link_proves_an_unverified_account(self, invited: Invited) -> None:
        """Somebody signed up with this address and never opened the mail: the link's owner takes it over."""
        with invited.shop.town.app.app_context():
            services.sign_up("Squatter", invited.email, "somebody-elses-password-1")
        assert invited.joins().location == "/join/done"
        [user] = users(invited.shop, invited.email)
        assert (user.name, user.verified_at is not None) == ("Mere Tane", True)
        squatter = invited.shop.town.visitor()
        squatter.email = invited.email
        assert squatter.sign_in("somebody-elses-password-1").status_code == 422

    def test_a_squatter_who_is_signed_in_is_signed_out(self, invited: Invited) -> None:
        """R-104: an account from before the acceptance gives nobody a way in."""
        squatter = invited.shop.town.visitor()
        squatter.email = invited.email
        squatter.post("/sign-up", {"name": "Squatter", "email": invited.email, "password": "somebody-elses-password-1"})
        assert squatter.sign_in("somebody-elses-password-1").status_code == 303
        assert invited.joins().location == "/join/done"
        assert invited.visitor.get("/organisations").status_code == 200
        assert squatter.get("/account").status_code == 302

    def test_another_address_is_confirmed_first(self, invited: Invited) -> None:
        invited.opens()
        other = address()
        answer = invited.visitor.post("/join", join_form(email=other))
        assert answer.location == "/check-mail"
        assert "The invitation went to" in invited.visitor.get("/check-mail").text
        assert invited.state == "invited"
        assert [user.verified_at for user in users(invited.shop, other)] == [None]

    def test_another_address_with_an_account_looks_the_same(self, invited: Invited, stranger: Person) -> None:
        invited.opens()
        answer = invited.visitor.post("/join", join_form(email=stranger.email))
        assert answer.location == "/check-mail"
        assert invited.state == "invited"

    def test_signing_up_without_the_link_gains_nothing(self, invited: Invited) -> None:
        """R-104."""
        visitor = invited.shop.town.visitor()
        visitor.post("/sign-up", {"name": "Eve", "email": invited.email, "password": PASSWORD})
        assert visitor.post("/join", join_form(email=invited.email)).status_code == 404
        assert invited.state == "invited"


class TestSignedIn:
    def test_joins_with_an_organisation_of_theirs(self, invited: Invited, stranger: Person) -> None:
        shown = open_join(stranger, invited.mail).text
        assert "Kauri Point Marine" in shown and f"You are signed in as {stranger.email}" in shown
        assert 'name="password"' not in shown
        answer = stranger.post("/join", {"organisation": stranger.organisation_id})
        assert answer.location == "/join/done"
        assert "Kauri Point Marine" in stranger.get("/join/done").text
        assert invited.state == "joined"

    def test_joins_with_a_new_business(self, invited: Invited, stranger: Person) -> None:
        open_join(stranger, invited.mail)
        stranger.post("/join", {"organisation": "", "name": "Second Shop", "number": SAMPLE_NUMBERS[0]})
        with invited.shop.town.app.app_context():
            mine = [one.name for one, _ in organisations.organisations_of(stranger.user_id)]
        assert mine == ["Kauri Point Marine", "Second Shop"]

    def test_cannot_join_as_somebody_elses_business(self, invited: Invited, stranger: Person) -> None:
        """R-101."""
        third = invited.shop.town.owner(name="Third", organisation="Third Party")
        open_join(stranger, invited.mail)
        for foreign in (third.organisation_id, invited.shop.person.organisation_id, "nonsense"):
            answer = stranger.post("/join", {"organisation": foreign})
            assert answer.status_code == 422 and "Choose one of your own businesses." in answer.text
        assert invited.state == "invited"

    def test_inviter_cannot_join_itself(self, invited: Invited) -> None:
        me = invited.shop.person
        shown = open_join(me, invited.mail).text
        assert f'value="{me.organisation_id}"' not in shown
        assert me.post("/join", {"organisation": me.organisation_id}).status_code == 422

    def test_switching_keeps_the_invitation(self, invited: Invited, stranger: Person) -> None:
        assert "Switch to another sign-in" in open_join(stranger, invited.mail).text
        assert stranger.post("/join/switch").location == "/join"
        shown = stranger.get("/join").text
        assert 'name="password"' in shown and "Marram Grass Café" in shown

    def test_a_page_shows_the_invitation_its_link_names(self, shop: Shop, stranger: Person) -> None:
        """R-101: the last link that was opened counts, whatever else the browser knows or a form says."""
        first, second = Invited(shop), Invited(open_shop(shop.town, stranger))
        first.opens()
        second.visitor = first.visitor
        assert "Kauri Point Marine would like to send you eInvoices." in second.opens()
        forged = {"invitation": first.customer, "customer": first.customer, "token": link_in(first.mail)[6:]}
        second.visitor.post("/join", join_form(email=second.email, **forged))
        assert (first.state, second.state) == ("invited", "joined")

    def test_joining_makes_nobody_a_member_of_the_inviter(self, invited: Invited, stranger: Person) -> None:
        """R-103: this invitation carries no role, also when its sender has become nobody meanwhile."""
        inviter = invited.shop.person
        with invited.shop.town.app.app_context(), writing():
            db.session.delete(db.session.get_one(Membership, (inviter.organisation_id, inviter.user_id)))
        open_join(stranger, invited.mail)
        form = {"role": "admin", "organisation_id": inviter.organisation_id, "inviter": inviter.organisation_id}
        assert stranger.post("/join", {"organisation": stranger.organisation_id, **form}).location == "/join/done"
        assert stranger.get(f"/org/{inviter.organisation_id}/connections").status_code == 404
        assert stranger.get(invited.shop.base).status_code == 404

    def test_unverified_person_confirms_first(self, invited: Invited) -> None:
        """R-011, R-101."""
        person = invited.shop.town.person("Una Unverified", verified=False)
        open_join(person, invited.mail)
        answer = person.post("/join", {"name": "Una's", "number": SAMPLE_NUMBERS[0]})
        assert answer.status_code == 422 and "Confirm your address first" in answer.text
        assert invited.state == "invited"


class TestSayingNo:
    def test_declines_with_a_reason(self, invited: Invited) -> None:
        invited.opens()
        assert "No, thanks" in invited.visitor.get("/join/decline").text
        assert invited.state == "invited"
        answer = invited.visitor.post("/join/decline", {"reason": "not-us", "note": "Try Dry Creek."})
        assert "All right. Wattle &amp; Wharf Coffee sees your answer." in answer.text
        assert invited.state == "declined"
        [invitation] = invited.shop.invitations(invited.customer)
        assert invitation.problem == "We are not their customer. Try Dry Creek."
        invited.visitor.get(link_in(invited.mail))
        assert "You said no to this one." in invited.visitor.get("/join").text

    def test_declined_ones_are_left_out(self, invited: Invited) -> None:
        invited.opens()
        invited.visitor.post("/join/decline")
        invited.shop.town.later(days=2)
        invited.shop.person.sign_in()
        invited.shop.select(invited.customer, invited.shop.customer("Imported again", invited.email))
        review = invited.shop.review().html
        assert "Nobody to invite yet" in review and "said no" in review

    def test_junk_reasons_are_refused(self, invited: Invited) -> None:
        invited.opens()
        assert invited.visitor.post("/join/decline", {"reason": "x" * 5000}).status_code == 422
        assert invited.visitor.post("/join/decline", {"note": "x" * 5000}).status_code == 422
        assert invited.state == "invited"


class TestStopping:
    def stop_path(self, invited: Invited) -> str:
        return link_in(invited.mail, "/stop/")

    def suppressions(self, invited: Invited) -> list[tuple[str, str]]:
        with invited.shop.town.app.app_context():
            rows = db.session.scalars(select(Suppression).where(Suppression.email_key == invited.email))
            return [(row.email_key, row.scope) for row in rows]

    def opened(self, invited: Invited) -> str:
        """Follow the mail's link to the clean address behind it."""
        led = invited.visitor.get(self.stop_path(invited))
        assert (led.status_code, led.location) == (302, "/stop")
        return led.location

    def test_opening_only_asks(self, invited: Invited) -> None:
        """R-110."""
        shown = invited.visitor.get(self.opened(invited))
        assert shown.status_code == 200 and f"They go to <b>{invited.email}</b>" in shown.text
        assert not self.suppressions(invited)

    def test_mail_program_posts_without_cookies(self, invited: Invited) -> None:
        """R-110 and RFC 8058, section 3.1: one POST, no cookies, no further question, no redirect.

        R-030: and no page, since the address holds the secret.
        """
        robot = invited.shop.town.app.test_client(use_cookies=False)
        answer = robot.post(
            self.stop_path(invited), data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "https://mail.example"}
        )
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.mimetype == "text/plain" and "Set-Cookie" not in answer.headers
        assert self.suppressions(invited) == [(invited.email, "*")]
        assert invited.state == "unsubscribed"

    def test_a_person_presses_at_the_clean_address_and_reads_what_happened(self, invited: Invited) -> None:
        """R-030: without scripts; the form of the page knows the secret as little as its address does."""
        shown = invited.visitor.get(self.opened(invited)).text
        secret = self.stop_path(invited).rpartition("/")[2]
        assert 'action="/stop"' in shown and secret not in shown
        stopped = invited.visitor.post("/stop")
        assert "<h1" in stopped.text and secret not in stopped.text
        assert self.suppressions(invited) == [(invited.email, "*")]

    def test_only_one_inviter(self, invited: Invited, stranger: Person) -> None:
        answer = invited.visitor.post(self.opened(invited), {"scope": "one"})
        assert "from Wattle &amp; Wharf Coffee" in answer.text
        assert self.suppressions(invited) == [(invited.email, invited.shop.person.organisation_id)]
        other = open_shop(invited.shop.town, stranger)
        other.sent(other.customer(email=invited.email))
        assert len(invited.shop.mails_to(invited.email)) == 2

    def test_everybody_holds_for_other_inviters_and_new_rows(self, invited: Invited, stranger: Person) -> None:
        """R-111."""
        invited.visitor.post(self.opened(invited), {"scope": "all"})
        for shop in (invited.shop, open_shop(invited.shop.town, stranger)):
            shop.select(shop.customer("Imported again", invited.email))
            assert "asked for no more e-mails" in shop.review().html
        assert len(invited.shop.mails_to(invited.email)) == 1

    def test_twice_is_fine(self, invited: Invited) -> None:
        for _ in range(2):
            assert invited.visitor.post(self.stop_path(invited)).status_code == 200

    def test_old_mails_link_still_works(self, invited: Invited) -> None:
        """R-109: 30 days at least."""
        invited.shop.town.later(days=100)
        assert invited.visitor.post(self.stop_path(invited)).status_code == 200
        assert self.suppressions(invited)

    def test_unknown_and_foreign_tokens_stop_nothing(self, invited: Invited) -> None:
        """R-110."""
        path = self.stop_path(invited)
        for wrong in (
            path[:-1] + ("A" if path[-1] != "A" else "B"),
            "/stop/" + link_in(invited.mail).rpartition("/")[2],
        ):
            answer = invited.visitor.post(wrong)
            assert (answer.status_code, answer.data) == (404, b"")
        assert not self.suppressions(invited)

    def test_can_be_taken_back(self, invited: Invited) -> None:
        invited.visitor.post(self.opened(invited))
        back = invited.visitor.post("/stop/undo")
        assert "may reach" in invited.visitor.get(back.location).text
        assert not self.suppressions(invited)
        assert invited.state == "invited"

    def test_from_the_landing_page(self, invited: Invited) -> None:
        invited.opens()
        assert f"They go to <b>{invited.email}</b>" in invited.visitor.get("/join/stop").text
        invited.visitor.post("/join/stop", {"scope": "one"})
        assert self.suppressions(invited) == [(invited.email, invited.shop.person.organisation_id)]
        invited.visitor.post("/join/stop/undo")
        assert not self.suppressions(invited)

    def test_invitation_stays_open(self, invited: Invited) -> None:
        invited.visitor.post(self.stop_path(invited))
        assert invited.joins().location == "/join/done"
        assert invited.state == "joined"

    def test_account_mail_still_comes(self, invited: Invited) -> None:
        """A reset is no invitation (R-112)."""
        invited.joins()
        invited.visitor.post(self.stop_path(invited))
        invited.visitor.post("/forgot", {"email": invited.email})
        invited.shop.town.work()
        mail = invited.shop.mails_to(invited.email)[0]
        assert "/reset/" in mail["text"] and "invit" not in mail["text"].casefold()


class TestRunningOut:
    def test_after_60_days(self, invited: Invited) -> None:
        """R-100."""
        invited.shop.town.later(days=59)
        assert invited.shop.inside(expiry.expire_due) == 0
        invited.shop.town.later(days=2)
        shown = open_join(invited.visitor, invited.mail)
        assert shown.status_code == 410 and "This invitation has run out." in shown.text
        with invited.shop.town.app.app_context():
            assert expiry.expire_due() == 1
            assert expiry.expire_due() == 0
        assert invited.state == "expired"
        assert "Wattle &amp; Wharf Coffee invited you" in invited.visitor.get("/join").text

    def test_asking_again_reaches_the_inviter_once(self, invited: Invited) -> None:
        invited.shop.town.later(days=61)
        open_join(invited.visitor, invited.mail)
        for _ in range(2):
            assert "We have asked Wattle &amp; Wharf Coffee." in invited.visitor.post("/join/ask").text
        invited.shop.town.work()
        asked = [one for one in invited.shop.mails_to(invited.shop.person.email) if "asks for a new" in one["subject"]]
        assert len(asked) == 1 and invited.customer in asked[0]["text"]

    def test_asking_needs_one_that_has_run_out(self, invited: Invited) -> None:
        invited.opens()
        assert invited.visitor.post("/join/ask").status_code == 404

    def test_resent_invitation_has_a_new_link_and_ends_the_old_one(self, invited: Invited) -> None:
        """R-100."""
        invited.shop.town.later(days=61)
        with invited.shop.town.app.app_context():
            expiry.expire_due()
        invited.shop.person.sign_in()
        invited.shop.sent(invited.customer)
        new, old = invited.shop.mails_to(invited.email)
        shown = open_join(invited.visitor, old)
        assert shown.status_code == 410 and "There is a newer invitation." in shown.text
        invited.mail = new
        assert invited.joins().location == "/join/done"
        assert [one.state for one in invited.shop.invitations(invited.customer)] == ["expired", "joined"]

    def test_undoing_a_resent_one_leaves_it_expired(self, invited: Invited) -> None:
        invited.shop.town.later(days=61)
        with invited.shop.town.app.app_context():
            expiry.expire_due()
        invited.shop.person.sign_in()
        invited.shop.person.post(f"{invited.shop.send(invited.customer)}/undo")
        invited.shop.town.work()
        assert invited.state == "expired"

    def test_lifetime_counts_from_sending(self, invited: Invited) -> None:
        [one] = invited.shop.invitations(invited.customer)
        assert one.sent_at and one.expires_at - one.sent_at > timedelta(days=59, hours=23)
        assert one.expires_at > clock.now()
