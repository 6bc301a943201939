"""Texts of Django that we say better in Chinese.

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
)
