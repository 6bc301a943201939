"""Wagtail's app of users, with our forms. Loaded before any model."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleAdminConfig(WagtailUsersAppConfig):
    user_viewset = "lms.accounts.wagtail_users.PersonViewSet"
