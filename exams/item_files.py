"""The field for a picture or a sound of an item."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from exams.domain.exchange.pictures import SIGNATURES
from exams.domain.item_files import ACCEPTED, store_file
from exams.errors import FileRefused


class ItemFileField(forms.FileField):
    """Stores what was uploaded at once and cleans to its address: no form loses it."""

    def __init__(self, *, pictures_only: bool = False, **kwargs: Any) -> None:
        self.pictures_only = pictures_only
        accepted = ",".join(SIGNATURES if pictures_only else ACCEPTED)
        widget = forms.FileInput(attrs={"accept": accepted})
        super().__init__(widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return ""
        try:
            return store_file(file, pictures_only=self.pictures_only)
        except FileRefused as refusal:
            raise ValidationError(refusal.message, code=refusal.code) from refusal
