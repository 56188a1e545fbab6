"""The tables that the page reads, made by Link4web's migrations. Django publishes no types, hence the marks."""

from django.db import models


class Organisation(models.Model):  # type: ignore[misc]  # Django publishes no types
    id = models.CharField(primary_key=True, max_length=22)
    name = models.CharField(max_length=255)
    country = models.CharField(max_length=2)
    timezone = models.CharField(max_length=64)
    number = models.CharField(max_length=13, null=True)

    class Meta:
        managed = False
        db_table = "organisation"


class Membership(models.Model):  # type: ignore[misc]  # Django publishes no types
    pk = models.CompositePrimaryKey("organisation_id", "user_id")
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    user_id = models.CharField(max_length=22)
    role = models.CharField(max_length=16)

    class Meta:
        managed = False
        db_table = "membership"


class Connection(models.Model):  # type: ignore[misc]  # Django publishes no types
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    id = models.CharField(primary_key=True, max_length=22)
    provider = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    file_name = models.CharField(max_length=255)
    file_country = models.CharField(max_length=2)
    sync_state = models.CharField(max_length=16)
    sync_phase = models.CharField(max_length=16)
    sync_seen = models.IntegerField()
    sync_total = models.IntegerField(null=True)
    sync_message = models.CharField(max_length=500)
    sync_resumes_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)
    last_new = models.IntegerField()
    last_changed = models.IntegerField()
    last_gone = models.IntegerField()
    last_skipped = models.IntegerField()

    class Meta:
        managed = False
        db_table = "connection"


class Customer(models.Model):  # type: ignore[misc]  # Django publishes no types
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE)
    id = models.CharField(primary_key=True, max_length=22)
    name = models.CharField(max_length=255)
    name_key = models.CharField(max_length=255)
    email = models.CharField(max_length=255)
    email_key = models.CharField(max_length=255)
    country = models.CharField(max_length=50)
    number = models.CharField(max_length=13)
    number_scheme = models.CharField(max_length=4)
    number_origin = models.CharField(max_length=10)
    ledger_number_ending = models.CharField(max_length=5)
    state = models.CharField(max_length=24)
    state_since = models.DateTimeField()
    ledger_status = models.CharField(max_length=10)
    is_customer = models.BooleanField()

    class Meta:
        managed = False
        db_table = "customer"


class CustomerCount(models.Model):  # type: ignore[misc]  # Django publishes no types
    pk = models.CompositePrimaryKey("organisation_id", "connection_id", "state")
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE)
    state = models.CharField(max_length=24)
    number = models.IntegerField()

    class Meta:
        managed = False
        db_table = "customer_count"


class Selection(models.Model):  # type: ignore[misc]  # Django publishes no types
    organisation = models.ForeignKey(Organisation, models.CASCADE)
    connection = models.ForeignKey(Connection, models.CASCADE)
    id = models.CharField(primary_key=True, max_length=22)
    session_key = models.CharField(max_length=64)
    mode = models.CharField(max_length=8)
    ids = models.JSONField()

    class Meta:
        managed = False
        db_table = "selection"
