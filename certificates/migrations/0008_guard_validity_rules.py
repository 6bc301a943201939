"""Put the dated rules of validity under guard: a change of law is another row."""

from django.db import migrations

from lms.core.append_only import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("certificates", "0007_special_operations_rule")]

    operations = [GuardAppendOnly("certificates_validityrule")]
