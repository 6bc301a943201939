"""Assets in the admin: upload, list, state, another try."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST
from wagtail.admin.views import generic
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView

from lms.core import clock
from lms.core.errors import DomainError
from lms.core.uploads import refuse_large_body
from media_pipeline.domain.assets import delete_asset, request_transcode
from media_pipeline.domain.grants import issue_grant
from media_pipeline.domain.sources import player_sources
from media_pipeline.models import Asset, TranscodeJob
from media_pipeline.permissions import can_edit_asset, can_upload
from media_pipeline.validators import max_upload_bytes

PREVIEW_SECONDS = 3600


class OwnAssets:
    """Only what this person may edit is listed, opened or deleted."""

    def get_base_queryset(self) -> QuerySet[Asset]:
        return Asset.objects.editable_by(self.request.user)  # type: ignore[attr-defined]

    def get_object(self, queryset: Any = None) -> Asset:
        return get_object_or_404(self.get_base_queryset(), pk=self.kwargs["pk"])  # type: ignore[attr-defined]


class AssetIndexView(OwnAssets, generic.IndexView):
    def get_base_queryset(self) -> QuerySet[Asset]:
        return Asset.objects.editable_by(self.request.user)


class AssetFormMixin:
    """Save through the domain, and show what it refuses beside the file."""

    def form_valid(self, form: Any) -> HttpResponse:
        view: Any = self
        view.form = form
        try:
            # No transaction here: checking a video takes seconds.
            view.object = form.store(by=view.request.user)
        except DomainError as error:
            form.add_error("file" if "file" in form.fields else None, error.message)
            view.produced_error_message = view.get_error_message()
            return view.form_invalid(form)
        return view.save_action()


class AssetCreateView(AssetFormMixin, generic.CreateView):
    """Takes gigabytes, of those who may upload (decision 19).

    Checking the CSRF token reads the body; so that is done here, after the right.
    """

    @method_decorator(refuse_large_body(max_upload_bytes))
    @method_decorator(csrf_exempt)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not can_upload(request.user):
            raise PermissionDenied
        return csrf_protect(super().dispatch)(request, *args, **kwargs)


class AssetEditView(OwnAssets, AssetFormMixin, generic.EditView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        asset = self.object
        jobs = TranscodeJob.objects.filter(asset=asset).order_by("-pk")
        grant = issue_grant(
            asset=asset,
            subject=str(self.request.user.pk),
            session="admin",
            now=clock.now(),
            ttl_seconds=PREVIEW_SECONDS,
        )
        context["job"] = jobs.first()
        context["sources"] = player_sources(asset=asset, grant=grant)
        context["retry_url"] = reverse("media_assets:retry", args=[asset.pk])
        return context


class AssetDeleteView(OwnAssets, generic.DeleteView):
    def delete_action(self) -> None:
        delete_asset(asset=self.object, by=self.request.user)


class ScopedChoices:
    """A lesson's author chooses among what they may edit."""

    def get_object_list(self) -> QuerySet[Asset]:
        return Asset.objects.editable_by(self.request.user)  # type: ignore[attr-defined]


class AssetChooseView(ScopedChoices, ChooseView):
    pass


class AssetChooseResultsView(ScopedChoices, ChooseResultsView):
    pass


@require_POST
def retry(request: Any, pk: int) -> HttpResponse:
    """Ask for another conversion."""
    asset = get_object_or_404(Asset.objects.editable_by(request.user), pk=pk)
    if not can_edit_asset(request.user, asset):
        raise PermissionDenied
    request_transcode(asset=asset, by=request.user)
    messages.success(request, _("The video will be converted again."))
    return HttpResponseRedirect(reverse("media_assets:edit", args=[asset.pk]))
