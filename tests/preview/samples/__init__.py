"""One or more contexts for each template, by its name. A context is made afresh for every rendering."""

from tests.preview.samples import (
    accounts,
    closing,
    colleagues,
    connections,
    contact,
    customers,
    guide,
    help_pages,
    invitations,
    mails,
    support,
)
from tests.preview.samples.basics import Samples

SAMPLES: Samples = {
    **accounts.SAMPLES,
    **colleagues.SAMPLES,
    **closing.SAMPLES,
    **connections.SAMPLES,
    **contact.SAMPLES,
    **customers.SAMPLES,
    **guide.SAMPLES,
    **help_pages.SAMPLES,
    **invitations.SAMPLES,
    **mails.SAMPLES,
    **support.SAMPLES,
}
