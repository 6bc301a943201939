"""Files in and out of a bank, as forms."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exams.domain.exchange.parsing import MAX_FILE_BYTES
from exams.enums import ImportPolicy
from exams.models import ItemBank

IMPORT_FORMATS = [
    ("auto", gettext_lazy("Recognize by itself")),
    ("xlsx", "XLSX"),
    ("csv", "CSV"),
    ("gift", "GIFT"),
    ("aiken", "Aiken"),
    ("moodle-xml", "Moodle XML"),
    ("qti", "QTI 2.1 / 3.0"),
]
EXPORT_FORMATS = [
    ("xlsx", "XLSX"),
    ("csv", "CSV"),
    ("gift", "GIFT"),
    ("aiken", "Aiken"),
    ("moodle-xml", "Moodle XML"),
    ("qti-2.1", "QTI 2.1"),
    ("qti-3.0", "QTI 3.0"),
]


class BankForm(forms.Form):
    """Only the banks that the author may edit can be named."""

    bank = forms.ModelChoiceField(
        label=gettext_lazy("bank"), queryset=ItemBank.objects.none()
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bank: Any = self.fields["bank"]
        bank.queryset = ItemBank.objects.visible_to(user)


class ImportForm(BankForm):
    file = forms.FileField(
        label=gettext_lazy("file"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.gift,.xml,.zip"}),
    )
    format_name = forms.ChoiceField(
        label=gettext_lazy("format"), choices=IMPORT_FORMATS, initial="auto"
    )
    policy = forms.ChoiceField(
        label=gettext_lazy("when some rows are wrong"),
        choices=ImportPolicy.choices,
        initial=ImportPolicy.ALL_OR_NOTHING,
        widget=forms.RadioSelect,
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > MAX_FILE_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)s MB.")
                % {"limit": MAX_FILE_BYTES // 1024 // 1024}
            )
        return file


class ExportForm(BankForm):
    format_name = forms.ChoiceField(
        label=gettext_lazy("format"), choices=EXPORT_FORMATS, initial="xlsx"
    )
