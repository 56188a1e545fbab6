"""From the review page to the mail: who is invited, once, with time to change one's mind."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select

from link4web import clock, outbox
from link4web.accounts import organisations
from link4web.audit.models import AuditEvent
from link4web.customers import services
from link4web.customers.models import Selection
from link4web.database import db, writing
from link4web.ids import new_id
from link4web.invitations import batches, sending
from link4web.invitations.eligibility import EVERYBODY
from link4web.invitations.models import CustomerInvitation, InvitationBatch, Suppression
from link4web.outbox.drain import _claim
from link4web.worker import drain_all
from tests.invited import ReviewPage, Shop, address, fail_mail, link_in, open_shop
from tests.people import Person, Town


@pytest.fixture
def shop(town: Town, owner: Person) -> Shop:
    return open_shop(town, owner)


def test_the_whole_way_from_ticks_to_the_mail(shop: Shop) -> None:
    cafe = shop.customer("Marram Grass Café", email := address())
    assert shop.select(cafe).location == f"{shop.base}/invite"
    review = shop.review()
    assert "Review 1 invitation" in review.html
    answer = review.send(message="Hi,\nwe are moving to eInvoicing.")
    assert answer.status_code == 303
    shop.town.work()
    page = shop.person.get(answer.location)
    assert "1 invitation is ready." in page.text and "Undo" in page.text
    assert shop.state(cafe) == "invited"
    assert not shop.mails_to(email)
    shop.town.later(seconds=61)
    shop.town.work()
    [mail] = shop.mails_to(email)
    assert mail["subject"] == "Wattle & Wharf Coffee would like to send you eInvoices"
    assert "Hi,\nwe are moving to eInvoicing." in mail["text"].replace("\r\n", "\n")
    assert link_in(mail).startswith("/join/")
    assert shop.invitations(cafe)[0].state == "sent"
    assert "1 invitation is sent." in shop.person.get(answer.location).text


def test_mail_names_everybody_and_carries_the_way_out(shop: Shop) -> None:
    street = {"line1": "14 Lee Wharf Road", "city": "Newcastle", "state": "NSW", "postcode": "2300", "country": "AU"}
    shop.person.post(
        f"/org/{shop.person.organisation_id}/settings/addresses",
        {**{f"street-{name}": value for name, value in street.items()}, "postal-country": "AU"},
    )
    shop.sent(shop.customer(email=(email := address())))
    [mail] = shop.mails_to(email)
    headers = mail["headers"]
    assert headers["From"].startswith('"Wattle & Wharf Coffee through Link4web"') or headers["From"].startswith(
        "Wattle & Wharf Coffee through Link4web"
    )
    assert headers["Reply-To"] == shop.person.email
    assert headers["List-Unsubscribe"].strip() == f"<http://localhost:8000{link_in(mail, '/stop/')}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for part in ("text", "html"):
        for words in (
            "51 824 753 556",
            "14 Lee Wharf Road, Newcastle NSW 2300",
            "Olive Owner",
            "support@link4web.example",
        ):
            assert words in mail[part], (part, words)


def test_consent_is_kept_with_the_invitation_and_in_the_trail(shop: Shop) -> None:
    cafe = shop.customer()
    shop.send(cafe)
    shop.town.work()
    [invitation] = shop.invitations(cafe)
    assert (invitation.consent_basis, invitation.invited_by) == (batches.CONSENT, shop.person.user_id)
    details = shop.inside(
        lambda: db.session.scalars(select(AuditEvent.details).where(AuditEvent.action == "invitations.asked")).one()
    )
    assert batches.CONSENT in details


class TestOnce:
    def test_second_press_and_reload_lead_to_the_same_batch(self, shop: Shop) -> None:
        shop.select(shop.customer(email=(email := address())))
        review = shop.review()
        first, second = review.send(), review.send()
        assert first.location == second.location
        shop.town.work()
        shop.town.later(seconds=61)
        shop.town.work()
        assert review.send().location == first.location
        assert len(shop.mails_to(email)) == 1

    def test_parallel_presses_make_one_batch(self, shop: Shop) -> None:
        shop.select(shop.customer(email=(email := address())))
        review = shop.review()
        form = {**review.hidden(), "then": "send", "csrf_token": shop.person.token()}
        cookie = shop.person.client.get_cookie(shop.town.app.extensions["settings"].cookie_name)
        assert cookie

        def press(_: int) -> str:
            client = shop.town.app.test_client()
            client.set_cookie(cookie.key, cookie.value)
            return client.post(f"{shop.base}/invite", data=form, base_url=shop.town.app.config["BASE_URL"]).location

        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(press, range(8)))) == 1
        assert shop.inside(lambda: db.session.scalar(select(func.count()).select_from(InvitationBatch))) == 1
        shop.town.later(seconds=61)
        shop.town.work()
        assert len(shop.mails_to(email)) == 1

    def test_two_tabs_invite_once(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        shop.select(cafe)
        one, two = shop.review(), shop.review()
        one.send()
        assert two.send().location == f"{shop.base}/customers"
        shop.select(cafe)
        again = shop.person.post(f"{shop.base}/invite", {**two.hidden(), "then": "send"})
        shop.town.work()
        shop.town.later(seconds=61)
        shop.town.work()
        assert again.status_code in (303, 409)
        assert len(shop.mails_to(email)) == 1
        assert len(shop.invitations(cafe)) == 1

    def test_batch_that_invites_nobody_says_so(self, shop: Shop) -> None:
        cafe = shop.customer()
        shop.select(cafe)
        review = shop.review()
        shop.person.post(f"{shop.base}/customers/{cafe}/invite")
        form = {**review.hidden(), "then": "send", "seen": ""}
        answer = shop.person.post(f"{shop.base}/invite", form)
        assert answer.status_code == 409 and "Nobody to invite yet" in answer.text

    def test_preparing_again_from_the_start_changes_nothing(self, shop: Shop) -> None:
        """A worker that died between two chunks, or ran twice."""
        cafe = shop.customer()
        batch = shop.send(cafe).rpartition("/")[2]
        shop.inside(lambda: batches.prepare_chunk(batch))
        shop.town.work()
        assert len(shop.invitations(cafe)) == 1


class TestReview:
    def test_says_who_is_left_out_and_why(self, shop: Shop) -> None:
        ids = shop.customers(
            [
                {"name": "Dry Creek Joinery", "number": ""},
                {"name": "Eastlight Motels", "email": ""},
                {"name": "Old Mill", "ledger_status": "archived"},
                {"name": "Saltbush", "is_customer": False},
                {"name": "Coorong Freight"},
            ]
        )
        shop.select(*ids)
        html = shop.review().html
        assert "Review 1 invitation" in html
        for words in ("no ABN", "no e-mail address", "archived in Xero", "not a customer in Xero yet"):
            assert f"Left out: {words}" in html
        for fix, form in (("Add 1 ABN", f"{ids[0]}/abn"), ("Add 1 address", f"{ids[1]}/email")):
            assert re.search(rf'href="{shop.base}/customers/{form}\?from=review"[^>]*>{fix}<', html)
        assert "We have not checked who of them can already receive eInvoices" in html

    def test_merges_one_address_into_one_mail(self, shop: Shop) -> None:
        email = address()
        ids = shop.customers([{"name": f"Bellbird {n}", "email": email} for n in ("One", "Two", "Three")])
        shop.select(*ids)
        review = shop.review()
        assert f"{email} (3)" in review.html and "<b>1 mail</b>" in review.html
        review.send()
        shop.town.later(seconds=61)
        shop.town.work()
        [mail] = shop.mails_to(email)
        assert all(name in mail["text"] for name in ("Bellbird One", "Bellbird Two", "Bellbird Three"))
        assert shop.states(*ids) == ["invited"] * 3

    def test_merges_addresses_over_chunks(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batches, "CHUNK", 2)
        email = address()
        ids = shop.customers([{"name": f"Bellbird {n}", "email": email} for n in range(5)])
        shop.sent(*ids)
        assert len(shop.mails_to(email)) == 1
        assert {shop.invitations(one)[0].state for one in ids} == {"sent"}

    @pytest.mark.parametrize(
        "message",
        [
            "see https://evil.example/x",
            "go to evil.example",
            "mail me@evil.example",
            "www.evil.com now",
            "192.168.0.1/pay",
            "ｅｖｉｌ．ｃｏｍ",
        ],
    )
    def test_refuses_links_and_keeps_what_was_typed(self, shop: Shop, message: str) -> None:
        shop.select(shop.customer())
        answer = shop.review().send(message=message)
        assert answer.status_code == 422
        assert "looks like one" in answer.text
        assert message.split("/")[0][:8] in answer.text
        assert shop.inside(lambda: db.session.scalar(select(func.count()).select_from(InvitationBatch))) == 0

    def test_refuses_more_than_500_characters(self, shop: Shop) -> None:
        shop.select(shop.customer())
        answer = shop.review().send(message="long " * 110)
        assert answer.status_code == 422 and "At most 500 characters" in answer.text

    def test_shows_the_preview_of_mail_and_page(self, shop: Shop) -> None:
        shop.select(shop.customer("Marram Grass Café"))
        shown = shop.review().send(message="Kia ora,\n\nnew times.", then="preview")
        assert shown.status_code == 200
        assert '<p class="own">Kia ora,' in shown.text and "Hello Marram Grass Café" in shown.text
        landing = shop.person.get(f"{shop.base}/invite/preview")
        assert "Preview." in landing.text and "new times." in landing.text
        assert "Kia ora" in shop.person.get(f"{shop.base}/invite").text

    def test_preview_says_what_the_mail_says(self, shop: Shop) -> None:
        shop.select(shop.customer("Marram Grass Café", email := address()))
        shown = shop.review().send(message="Kia ora & welcome.", then="preview").text
        card = re.search(r'<div class="mail">.*?</section>', shown, re.DOTALL)
        assert card
        ReviewPage(shop, shown).send(message="Kia ora & welcome.")
        shop.town.later(seconds=61)
        shop.town.work()
        [mail] = shop.mails_to(email)
        sentences = [text.strip() for text in re.findall(r">([^<>]{12,})<", card[0].partition("</header>")[2])]
        assert len(sentences) >= 5
        for sentence in sentences:
            assert (
                sentence in mail["html"].replace("\r\n", "\n")
                or "new tab" in sentence
                or "Preview the page" in sentence
            )

    def test_lists_who_will_be_invited(self, shop: Shop) -> None:
        shop.select(*shop.customers([{"name": "Coorong Freight"}, {"name": "No Number", "number": ""}]))
        listed = shop.person.get(f"{shop.base}/invite/list").text
        assert "Coorong Freight" in listed and "No Number" not in listed

    def test_says_when_the_numbers_changed_meanwhile(self, shop: Shop) -> None:
        shop.customer("First")
        shop.select_all()
        review = shop.review()
        shop.customer("Second")
        answer = review.send()
        assert answer.status_code == 409
        assert "The page said 1 invitation; there are 2 now." in answer.text
        assert ReviewPage(shop, answer.text).send().status_code == 303

    def test_own_number_missing_stops_everything(self, town: Town) -> None:
        shop = open_shop(town, town.owner(number=None))
        cafe = shop.customer()
        shop.select(cafe)
        review = shop.review()
        assert "Your own business number isn’t on file" in review.html
        answer = shop.person.post(f"{shop.base}/invite", {"key": new_id(), "seen": "1", "then": "send"})
        assert "Your own business number isn’t on file" in answer.text
        said = shop.person.post(f"{shop.base}/customers/{cafe}/invite", headers={"HX-Request": "true"})
        assert "nothing can be sent" in said.text
        assert shop.state(cafe) == "can-invite" and not shop.invitations(cafe)

    def test_nothing_selected_leads_back_to_the_list(self, shop: Shop) -> None:
        assert shop.person.get(f"{shop.base}/invite").location == f"{shop.base}/customers"

    def test_number_may_be_optional(self, shop: Shop) -> None:
        shop.inside(
            lambda: organisations.update_invitation_defaults(
                shop.person.organisation_id, without_number=True, message=""
            )
        )
        cafe = shop.customer(email=(email := address()), number="")
        shop.sent(cafe)
        assert len(shop.mails_to(email)) == 1

    def test_strangers_see_nothing(self, shop: Shop, stranger: Person) -> None:
        cafe = shop.customer()
        batch = shop.send(cafe)
        for path in (
            f"{shop.base}/invite",
            f"{shop.base}/invite/list",
            f"{shop.base}/invite/preview",
            batch,
            f"{batch}.csv",
        ):
            assert stranger.get(path).status_code == 404
        for path in (f"{shop.base}/invite", f"{batch}/undo", f"{batch}/now", f"{shop.base}/customers/{cafe}/invite"):
            assert stranger.post(path).status_code == 404


class TestUndo:
    def test_takes_everything_back(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        batch = shop.send(cafe)
        shop.town.work()
        assert shop.person.post(f"{batch}/undo").status_code == 303
        assert "You took 1 invitation back." in shop.person.get(batch).text
        assert shop.state(cafe) == "can-invite"
        shop.town.later(seconds=120)
        shop.town.work()
        assert not shop.mails_to(email)

    def test_works_before_anything_is_written(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        batch = shop.send(cafe)
        shop.person.post(f"{batch}/undo")
        shop.town.later(seconds=120)
        shop.town.work()
        assert shop.state(cafe) == "can-invite" and not shop.mails_to(email)

    def test_of_many_is_finished_by_a_job(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batches, "CHUNK", 2)
        ids = shop.customers([{"name": f"Customer {n}"} for n in range(5)])
        batch = shop.send(*ids)
        shop.town.work()
        shop.person.post(f"{batch}/undo")
        assert "undone" not in shop.states(*ids)
        shop.town.later(seconds=120)
        shop.town.work()
        assert shop.states(*ids) == ["can-invite"] * 5

    def test_is_refused_once_the_time_is_up(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        batch = shop.sent(cafe)
        shop.person.post(f"{batch}/undo")
        assert "It is too late to undo" in shop.person.get(batch).text
        assert shop.state(cafe) == "invited" and len(shop.mails_to(email)) == 1

    def test_same_customer_can_be_invited_after_it(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        shop.person.post(f"{shop.send(cafe)}/undo")
        shop.town.work()
        shop.sent(cafe)
        assert len(shop.mails_to(email)) == 1

    def test_send_now_ends_the_wait(self, shop: Shop) -> None:
        batch = shop.send(shop.customer(email=(email := address())))
        shop.town.work()
        shop.person.post(f"{batch}/now")
        shop.town.work()
        assert len(shop.mails_to(email)) == 1

    def test_send_now_before_anything_is_written(self, shop: Shop) -> None:
        batch = shop.send(shop.customer(email=(email := address())))
        shop.person.post(f"{batch}/now")
        shop.town.work()
        assert len(shop.mails_to(email)) == 1

    def test_poll_stops_by_itself(self, shop: Shop) -> None:
        batch = shop.send(shop.customer())
        shop.town.work()
        part = {"headers": {"HX-Request": "true"}}
        assert 'hx-trigger="every 2s"' in shop.person.get(batch, **part).text
        shop.town.later(seconds=61)
        shop.town.work()
        last = shop.person.get(batch, **part).text
        assert "hx-trigger" not in last and "<html" not in last


class TestRow:
    def test_button_invites_at_once_with_undo(self, shop: Shop) -> None:
        cafe = shop.customer("Marram Grass Café", email := address())
        answer = shop.person.post(f"{shop.base}/customers/{cafe}/invite", headers={"HX-Request": "true"})
        assert answer.status_code == 200 and "The invitation to Marram Grass Café is queued." in answer.text
        assert shop.state(cafe) == "invited"
        undo = re.search(r'action="([^"]+/undo[^"]*)"', answer.text)
        assert undo
        taken = shop.person.post(undo[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
        assert "Taken back" in taken.text and f'id="c-{cafe}"' in taken.text
        assert shop.state(cafe) == "can-invite"
        shop.town.later(seconds=61)
        shop.town.work()
        assert not shop.mails_to(email)

    def test_button_works_without_scripts(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        answer = shop.person.post(f"{shop.base}/customers/{cafe}/invite")
        assert "/invitations/" in answer.location
        shop.town.later(seconds=61)
        shop.town.work()
        assert len(shop.mails_to(email)) == 1

    def test_second_click_says_so(self, shop: Shop) -> None:
        cafe = shop.customer()
        shop.person.post(f"{shop.base}/customers/{cafe}/invite", headers={"HX-Request": "true"})
        again = shop.person.post(f"{shop.base}/customers/{cafe}/invite", headers={"HX-Request": "true"})
        assert "was not invited: invited already" in again.text
        assert len(shop.invitations(cafe)) == 1

    def test_leaves_the_ticks_alone(self, shop: Shop) -> None:
        one, two = shop.customers([{"name": "One"}, {"name": "Two"}])
        shop.select(two)
        shop.person.post(f"{shop.base}/customers/{one}/invite")
        assert "Review 1 invitation" in shop.review().html
        left = shop.inside(lambda: db.session.scalars(select(Selection.session_key)).all())
        assert [key for key in left if key.startswith(("single-", "batch-"))] == []


class TestAtTheLastMoment:
    @pytest.mark.parametrize("everybody", [True, False])
    def test_suppression_after_the_press_holds(self, shop: Shop, everybody: bool) -> None:
        cafe = shop.customer(email=(email := address()))
        shop.send(cafe)
        shop.town.work()
        scope = EVERYBODY if everybody else shop.person.organisation_id
        with shop.town.app.app_context(), writing():
            db.session.add(Suppression(email_key=email, scope=scope, reason="test", created_at=clock.now()))
        shop.town.later(seconds=61)
        shop.town.work()
        assert not shop.mails_to(email)
        assert shop.state(cafe) == "unsubscribed"
        assert shop.invitations(cafe)[0].state == "revoked"

    def test_other_peoples_suppression_does_not_count(self, shop: Shop, stranger: Person) -> None:
        cafe = shop.customer(email=(email := address()))
        with shop.town.app.app_context(), writing():
            db.session.add(
                Suppression(email_key=email, scope=stranger.organisation_id, reason="test", created_at=clock.now())
            )
        shop.sent(cafe)
        assert len(shop.mails_to(email)) == 1

    def test_suppressed_address_is_left_out_on_the_review(self, shop: Shop) -> None:
        with shop.town.app.app_context(), writing():
            db.session.add(
                Suppression(email_key=(email := address()), scope=EVERYBODY, reason="test", created_at=clock.now())
            )
        shop.select(shop.customer(email=email))
        assert "asked for no more e-mails" in shop.review().html

    def test_changed_address_is_not_written_to(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        batch = shop.send(cafe)
        shop.town.work()
        shop.inside(lambda: services.record_email(cafe, address()))
        shop.town.later(seconds=61)
        shop.town.work()
        assert not shop.mails_to(email)
        assert shop.state(cafe) == "can-invite"
        assert "changed after you pressed Send" in shop.person.get(batch).text


class TestMailServer:
    def test_refusal_for_good_is_a_bounce_with_a_fix(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        fail_mail(shop.town, stage="rcpt", code=550, text="No such mailbox", to=email)
        batch = shop.sent(cafe)
        assert shop.state(cafe) == "bounced"
        page = shop.person.get(batch).text
        assert "The mail server refused this address." in page and f"{cafe}/email" in page
        assert not shop.mails_to(email)

    def test_corrected_address_can_be_invited_again(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        fail_mail(shop.town, stage="rcpt", code=550, to=email)
        shop.sent(cafe)
        shop.inside(lambda: services.record_email(cafe, address()))
        assert shop.state(cafe) == "can-invite"
        shop.sent(cafe)
        assert [one.state for one in shop.invitations(cafe)] == ["bounced", "sent"]

    def test_refusal_for_now_is_tried_again(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        fail_mail(shop.town, stage="data", code=451, to=email)
        shop.sent(cafe)
        assert shop.state(cafe) == "invited" and not shop.mails_to(email)
        shop.town.later(minutes=5)
        shop.town.work()
        [mail] = shop.mails_to(email)
        assert shop.person.app.test_client().get(link_in(mail)).status_code == 302
        assert shop.invitations(cafe)[0].state == "sent"

    def test_lost_answer_is_unknown_and_never_repeated(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        fail_mail(shop.town, stage="data", drop=True, keep=True, to=email)
        batch = shop.sent(cafe)
        shop.town.later(hours=5)
        shop.town.work()
        shop.person.sign_in()
        assert shop.invitations(cafe)[0].state == "unknown"
        assert shop.state(cafe) == "invited"
        assert len(shop.mails_to(email)) == 1
        assert "we don’t know whether it arrived" in shop.person.get(batch).text

    def test_worker_that_dies_while_sending_leaves_unknown(self, shop: Shop) -> None:
        cafe = shop.customer(email=(email := address()))
        shop.send(cafe)
        shop.town.work()
        shop.town.later(seconds=61)

        def die_in_flight() -> None:
            [job] = _claim(batches.SEND, 1)
            with writing():
                assert sending._seal(job.payload["lead"], is_first=True)
                outbox.begin_flight(job)

        shop.inside(die_in_flight)
        shop.town.later(seconds=200)
        shop.town.work()
        assert shop.invitations(cafe)[0].state == "unknown"
        assert not shop.mails_to(email)

    def test_worker_that_dies_after_noting_keeps_sent(self, shop: Shop) -> None:
        cafe = shop.customer(email=address())
        shop.send(cafe)
        shop.town.work()
        shop.town.later(seconds=61)

        def die_before_finishing() -> None:
            [job] = _claim(batches.SEND, 1)
            sending.send(job)

        shop.inside(die_before_finishing)
        shop.town.later(seconds=200)
        shop.town.work()
        assert shop.invitations(cafe)[0].state == "sent"


class TestRates:
    def test_one_address_gets_one_invitation_a_day(self, shop: Shop) -> None:
        email = address()
        one, two = shop.customers([{"name": "One", "email": email}, {"name": "Two", "email": email}])
        shop.sent(one)
        shop.select(two)
        assert "this address got an invitation in the last 24 hours" in shop.review().html
        shop.town.later(hours=25)
        shop.person.sign_in()
        shop.sent(two)
        assert len(shop.mails_to(email)) == 2

    def test_three_without_reaction_are_enough(self, shop: Shop) -> None:
        email = address()
        ids = shop.customers([{"name": f"Again {n}", "email": email} for n in range(4)])
        for one in ids[:3]:
            shop.sent(one)
            shop.town.later(hours=25)
            shop.person.sign_in()
        shop.select(ids[3])
        assert "has had 3 invitations without an answer" in shop.review().html

    def test_undone_ones_do_not_count(self, shop: Shop) -> None:
        email = address()
        one, two = shop.customers([{"name": "One", "email": email}, {"name": "Two", "email": email}])
        shop.person.post(f"{shop.send(one)}/undo")
        shop.sent(two)
        assert len(shop.mails_to(email)) == 1


class TestNeutralMail:
    """Names can't smuggle links, headers or directions into mails (R-105)."""

    def test_of_inviter_and_customer(self, town: Town) -> None:
        person = town.owner(
            name="Eve https://evil.example/me", organisation="Win www.evil.com \u202egold\u202c a@b.example"
        )
        shop = open_shop(town, person)
        cafe = shop.customer("Prize http://evil.example/claim\r\nBcc: x@evil.example", email := address())
        shop.sent(cafe)
        [mail] = shop.mails_to(email)
        ours = {"http://localhost:8000"}
        for part in ("text", "html"):
            found = re.findall(r"https?://[^/\s\"<>,]+", mail[part])
            assert set(found) <= ours, found
            assert "evil.example/" not in mail[part] and "www.evil" not in mail[part] and "\u202e" not in mail[part]
        assert "Bcc" not in mail["headers"] and "\n" not in mail["subject"]
        plain = "From To Subject Date Message-ID Reply-To List-Unsubscribe List-Unsubscribe-Post"
        assert " ".join(mail["headers"]) == f"{plain} MIME-Version Content-Type"

    def test_names_are_cut(self, town: Town) -> None:
        shop = open_shop(town, town.owner(organisation="A" * 255))
        shop.sent(shop.customer("B" * 255, email := address()))
        [mail] = shop.mails_to(email)
        assert len(mail["subject"]) < 160


def test_csv_has_no_formulas(shop: Shop) -> None:
    batch = shop.send(shop.customer('=cmd|"/C calc"!A0', email := address()))
    shop.town.work()
    answer = shop.person.get(f"{batch}.csv")
    assert answer.mimetype == "text/csv"
    assert email in answer.text and "'=cmd" in answer.text


class TestMany:
    def test_10_000_are_queued_in_one_short_request(self, shop: Shop) -> None:
        for start in range(0, 10_000, 2_000):
            shop.customers(
                [{"name": f"Customer {n}", "email": f"c{n}@many.example"} for n in range(start, start + 2_000)]
            )
        shop.select_all("can-invite")
        review = shop.review()
        assert "Send 10,000 invitations" in review.html
        with shop.town.app.app_context():
            engine = db.engine
        statements: list[str] = []

        def count(_c: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", count)
        try:
            answer = review.send()
        finally:
            event.remove(engine, "before_cursor_execute", count)
        assert answer.status_code == 303
        assert len(statements) < 40
        assert shop.inside(lambda: db.session.scalar(select(func.count()).select_from(CustomerInvitation))) == 0
        drain_all(shop.town.app)
        assert "10,000 invitations are ready." in shop.person.get(answer.location).text
