from typing import Any

from django import forms

from lms.accounts.validators import normalize_mobile, validate_mobile


class MobileField(forms.CharField):
    """A mobile number, however it was typed: +86, spaces, full-width digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        number = normalize_mobile(super().clean(value))
        if number:
            validate_mobile(number)
        return number
