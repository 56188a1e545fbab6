"""Run migrations with the application's own engine."""

from alembic import context
from flask import current_app

from link4web.database import Base, db


def run() -> None:
    with db.engine.connect() as connection:
        connection = connection.execution_options(writing=True, postgresql_readonly=False)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            render_as_batch=True,
            user_module_prefix="link4web.database.",
        )
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET lock_timeout = '5s'")
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


if current_app:
    run()
