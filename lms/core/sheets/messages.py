"""What is said of a file as a whole, whatever was expected in it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

FILE_MESSAGES: dict[str, Promise] = {
    "file_too_large": gettext_lazy("The file is larger than %(limit)s MB."),
    "file_empty": gettext_lazy("The file is empty."),
    "file_too_hard": gettext_lazy(
        "The file could not be read within the limits of time and memory."
    ),
    "file_not_understood": gettext_lazy(
        "The file could not be understood (%(detail)s). Nothing was taken."
    ),
    "encoding": gettext_lazy(
        "The text is neither UTF-8 nor GB18030 or GBK. Save it as UTF-8."
    ),
    "old_xls": gettext_lazy(
        "This is the old Excel format (.xls). Save it as .xlsx and try again."
    ),
    "zip_damaged": gettext_lazy("The archive is damaged."),
    "zip_too_many": gettext_lazy("The archive holds more than %(limit)s files."),
    "zip_too_large": gettext_lazy(
        "Unpacked, the archive would be larger than %(limit)s MB."
    ),
    "zip_name": gettext_lazy("The archive holds a file with an unsafe name: %(name)s"),
    "zip_encrypted": gettext_lazy("The archive is protected by a password."),
    "sheet_damaged": gettext_lazy("The workbook is damaged."),
    "csv_damaged": gettext_lazy("The table could not be read."),
    "too_many_rows": gettext_lazy("The sheet has more than %(limit)s rows."),
    "heading_twice": gettext_lazy("The heading “%(heading)s” stands there twice."),
    "column_unknown": gettext_lazy("The column “%(heading)s” is not taken."),
}
