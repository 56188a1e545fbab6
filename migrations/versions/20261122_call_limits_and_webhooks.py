"""calls at the providers' limits, webhook events, and the last digits of a number that a ledger keeps from us"""

import sqlalchemy as sa
from alembic import op

import link4web.database

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'call_limit',
        sa.Column('key', sa.String(length=96), nullable=False),
        sa.Column('next_at', sa.BigInteger(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('used', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_call_limit')),
    )
    op.create_table(
        'webhook_event',
        sa.Column('provider', sa.String(length=16), nullable=False),
        sa.Column('event_id', sa.String(length=128), nullable=False),
        sa.Column('file_hmac', sa.LargeBinary(length=32), nullable=False),
        sa.Column('received_at', link4web.database.UtcDateTime(), nullable=False),
        sa.Column('done_at', link4web.database.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint('provider', 'event_id', name=op.f('pk_webhook_event')),
    )
    with op.batch_alter_table('webhook_event', schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f('ix_webhook_event_provider_file_hmac_done_at'), ['provider', 'file_hmac', 'done_at']
        )
        batch_op.create_index(batch_op.f('ix_webhook_event_received_at'), ['received_at'])
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sales_from', link4web.database.UtcDateTime(), nullable=True))
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('ledger_number_ending', sa.String(length=5), nullable=False, server_default='')
        )
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.alter_column('ledger_number_ending', server_default=None)  # only rows that were there needed it


def downgrade() -> None:
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_column('ledger_number_ending')
    with op.batch_alter_table('connection', schema=None) as batch_op:
        batch_op.drop_column('sales_from')
    op.drop_table('webhook_event')
    op.drop_table('call_limit')
