"""Texts of Django and Wagtail that we say better in Chinese, or at all.

Django's, Wagtail's, allauth's and our catalogs are read as one, and ours wins: naming a
text here puts it into ours. English stays as it is.
"""

from django.utils.translation import gettext_noop

BORROWED = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid email address."),
    gettext_noop(
        "Select a valid choice. That choice is not one of the available choices."
    ),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a valid time."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("Wagtail %(current_version)s editor guide"),
    gettext_noop(
        "The root level is where you can add new sites to your Wagtail installation. "
        "Pages created here will not be accessible at any URL until they are "
        "associated with a site."
    ),
    gettext_noop(
        "If you just want to add pages to an existing site, create them as children "
        "of the homepage instead."
    ),
)
