"""The editors' admin carries our mark and colors."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop
from wagtail import hooks

# Wagtail's catalog has no Chinese for these yet; named here, ours gives them one.
WORDS = (gettext_noop("Search all pages…"),)


@hooks.register("insert_global_admin_css")
def admin_colors() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("ui/css/admin.css"))
