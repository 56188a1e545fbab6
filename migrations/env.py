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
        driver = connection.connection.driver_connection
        if connection.dialect.name == "sqlite":
            # to change a column SQLite copies its table and drops the old one: with foreign keys on, all rows that
            # refer to it would be deleted with it. The switch works outside transactions only, so before the first
            driver.execute("PRAGMA foreign_keys=OFF")
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET lock_timeout = '5s'")
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if connection.dialect.name == "sqlite":
            broken = driver.execute("PRAGMA foreign_key_check").fetchall()
            driver.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"rows refer to nothing after the migration: {broken[:5]}")


if current_app:
    run()
