"""One SQLite file for everything the simulators remember, with a pool of connections for their threads."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

import msgspec

FRAME_SCHEMA = """
create table if not exists setting (
  service text not null, name text not null, value text not null, primary key (service, name)
) without rowid;
"""


class Store:
    """Reads run side by side; writes take turns. The file may be lost on a power cut: it is play data."""

    def __init__(self, path: Path, *schemas: str) -> None:
        self.path = path
        self._idle: list[sqlite3.Connection] = []
        self._every: list[sqlite3.Connection] = []
        self._pool_lock = threading.Lock()
        self._write_lock = threading.RLock()
        with self.write() as db:
            _make_tables(db, ";".join((FRAME_SCHEMA, *schemas)))

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries, which all see the same moment."""
        with self._connection() as db:
            db.execute("begin")
            try:
                yield db
            finally:
                db.execute("commit")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction of one's own: committed at the end of the block, undone if it raises."""
        with self._write_lock, self._connection() as db:
            db.execute("begin immediate")
            try:
                yield db
            except BaseException:
                db.execute("rollback")
                raise
            db.execute("commit")

    def setting(self, service: str, name: str, default: object = None) -> object:
        """A remembered JSON value, or `default`."""
        with self.read() as db:
            row = db.execute("select value from setting where service = ? and name = ?", (service, name)).fetchone()
        return msgspec.json.decode(row[0]) if row else default

    def set_setting(self, service: str, name: str, value: object) -> None:
        with self.write() as db:
            encoded = msgspec.json.encode(value).decode()
            db.execute("insert or replace into setting values (?, ?, ?)", (service, name, encoded))

    def forget_settings(self, service: str) -> None:
        with self.write() as db:
            db.execute("delete from setting where service = ?", (service,))

    def close(self) -> None:
        with self._pool_lock:
            for db in self._every:
                db.close()
            self._every.clear()
            self._idle.clear()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        db = self._take()
        try:
            yield db
        finally:
            self._give_back(db)

    def _take(self) -> sqlite3.Connection:
        with self._pool_lock:
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _give_back(self, db: sqlite3.Connection) -> None:
        with self._pool_lock:
            self._idle.append(db)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=30)
        db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=wal", "synchronous=off", "cache_size=-32000", "temp_store=memory"):
            db.execute(f"pragma {pragma}")
        with self._pool_lock:
            self._every.append(db)
        return db


def _make_tables(db: sqlite3.Connection, schema: str) -> None:
    """Make what is missing; play data kept under another version of the tables is dropped, not converted."""
    version = crc32(schema.encode()) & 0x7FFFFFFF
    if db.execute("pragma user_version").fetchone()[0] not in (0, version):
        made = db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%'").fetchall()
        for row in made:
            db.execute(f"drop table {row['name']}")
    for statement in filter(str.strip, schema.split(";")):
        db.execute(statement)
    db.execute(f"pragma user_version = {version}")
