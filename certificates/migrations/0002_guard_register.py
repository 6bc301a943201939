"""Put the register under guard: no UPDATE, DELETE or TRUNCATE, for anyone."""

from django.db import migrations

from lms.core.append_only import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]

    operations = [
        GuardAppendOnly("certificates_registerentry"),
        GuardAppendOnly("certificates_registernode"),
        GuardAppendOnly("certificates_checkpoint"),
        GuardAppendOnly("certificates_revocation"),
    ]
