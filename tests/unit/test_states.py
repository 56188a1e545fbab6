"""A customer's state is one function of its facts."""

from itertools import product

from link4web.customers import states
from link4web.customers.states import Facts, decide
from link4web.customers.words import QUEUES, Terms, queue_named, state_words

INVITATIONS = (
    "", "queued", "sent", "delivered", "opened", "started", "unknown", "bounced", "declined", "expired", "unsubscribed",
    "joined", "revoked",
)  # fmt: skip
STATUSES = ("active", "archived", "merged", "erased", "gone")
READY = Facts(is_customer=True, ledger_status="active", has_number=True, has_email=True)


def everything() -> list[Facts]:
    flags = (False, True)
    return [Facts(*facts) for facts in product(flags, STATUSES, flags, flags, INVITATIONS, flags, flags)]


def with_facts(**changes: object) -> Facts:
    return Facts(**{name: getattr(READY, name) for name in Facts.__slots__} | changes)


def test_the_way_to_an_invitation() -> None:
    assert decide(READY) == states.CAN_INVITE
    assert decide(with_facts(has_number=False)) == states.NEEDS_NUMBER
    assert decide(with_facts(has_number=False, number_optional=True)) == states.CAN_INVITE
    assert decide(with_facts(has_email=False)) == states.NEEDS_EMAIL
    assert decide(with_facts(has_number=False, has_email=False)) == states.NEEDS_NUMBER
    assert decide(with_facts(is_customer=False)) == states.NOT_CUSTOMER
    assert decide(with_facts(is_customer=False, invite_anyway=True)) == states.CAN_INVITE


def test_every_combination_has_a_state_a_word_and_one_queue() -> None:
    for facts in everything():
        state = decide(facts)
        assert state_words(state, Terms("Xero", "contact", "archived"), "ABN").word
        assert sum(state in queue.states for queue in QUEUES if queue.slug) == 1


def test_the_last_queue_is_all_of_the_others() -> None:
    *some, last = QUEUES
    assert sorted(state for queue in some for state in queue.states) == sorted(last.states)
    assert queue_named("") == last and queue_named("junk") is None


def test_joining_outlives_everything() -> None:
    assert {decide(facts) for facts in everything() if facts.invitation_state == "joined"} == {states.JOINED}


def test_the_ledger_can_not_take_an_invitation_back() -> None:
    """Deleting the draft never takes *is a customer* away from someone already invited."""
    for answer in ("queued", "sent", "delivered", "opened", "started", "unknown"):
        assert decide(with_facts(is_customer=False, invitation_state=answer)) == states.INVITED
        assert decide(with_facts(ledger_status="archived", invitation_state=answer)) == states.LEFT_LEDGER


def test_nobody_can_be_invited_without_what_it_takes() -> None:
    for facts in everything():
        if decide(facts) == states.CAN_INVITE:
            assert facts.has_email and facts.ledger_status == "active"
            assert facts.has_number or facts.number_optional
            assert facts.is_customer or facts.invite_anyway


def test_somebody_who_wants_no_mail_is_never_offered_again() -> None:
    for facts in everything():
        if facts.invitation_state == "unsubscribed":
            assert decide(facts) not in states.INVITABLE


def test_a_bounce_without_an_address_needs_one() -> None:
    assert decide(with_facts(invitation_state="bounced")) == states.BOUNCED
    assert decide(with_facts(invitation_state="bounced", has_email=False)) == states.NEEDS_EMAIL
