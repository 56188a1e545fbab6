"""One or more contexts for each template, by its name. A context is made afresh for every rendering."""

from tests.preview.samples import accounts, connections, customers, invitations, mails
from tests.preview.samples.basics import Samples

SAMPLES: Samples = {
    **accounts.SAMPLES,
    **connections.SAMPLES,
    **customers.SAMPLES,
    **invitations.SAMPLES,
    **mails.SAMPLES,
}
