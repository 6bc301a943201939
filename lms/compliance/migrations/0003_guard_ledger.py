"""Nobody with a connection changes the ledger."""

from django.db import migrations

from lms.core.append_only import GuardAppendOnly


class Migration(migrations.Migration):
    dependencies = [("compliance", "0002_training_rules")]

    operations = [GuardAppendOnly("compliance_creditentry")]
