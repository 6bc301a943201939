"""The learner's home and the two consoles."""

from django.urls import path

from lms.portal.views import (
    archives,
    bulk,
    enterprise,
    inspections,
    landing,
    learner,
    lists,
    people,
    plans,
    regulator,
    staff,
    staff_import,
    structure,
)

app_name = "portal"
urlpatterns = [
    path("start/", landing.start, name="start"),
    path("learn/", learner.home, name="learn"),
    path("learn/history/", learner.history, name="history"),
    path("learn/downloads/", learner.downloads, name="downloads"),
    path(
        "learn/downloads/archives/<uuid:public_id>/",
        archives.download_own,
        name="own_archive",
    ),
    path("learn/calendar/", learner.calendar_address, name="calendar_address"),
    path("learn/calendar/<str:token>.ics", learner.calendar, name="calendar"),
    path("learn/home-fragment/", learner.home_fragment, name="home_fragment"),
    path("enterprise/", enterprise.choose, name="enterprises"),
    path("enterprise/<str:code>/", enterprise.overview, name="enterprise"),
    path("enterprise/<str:code>/assign/", enterprise.assign, name="assign"),
    path(
        "enterprise/<str:code>/assignments/<uuid:public_id>/",
        enterprise.assignment,
        name="assignment",
    ),
    path(
        "enterprise/<str:code>/assignments/<uuid:public_id>/export.<str:file_format>",
        lists.export_assignment,
        name="assignment_export",
    ),
    path(
        "enterprise/<str:code>/assignments/<uuid:public_id>/archive/",
        archives.build_class,
        name="class_archive",
    ),
    path(
        "enterprise/<str:code>/assignments/<uuid:public_id>/remind/",
        enterprise.remind,
        name="remind",
    ),
    path(
        "enterprise/<str:code>/departments/<uuid:public_id>/",
        enterprise.department,
        name="department",
    ),
    path("enterprise/<str:code>/plans/", plans.plans, name="plans"),
    path("enterprise/<str:code>/plans/new/", plans.plan_new, name="plan_new"),
    path("enterprise/<str:code>/plans/<uuid:public_id>/", plans.plan, name="plan"),
    path(
        "enterprise/<str:code>/plans/<uuid:public_id>/end/",
        plans.plan_end,
        name="plan_end",
    ),
    path("enterprise/<str:code>/members/", people.members, name="members"),
    path(
        "enterprise/<str:code>/members/export.<str:file_format>",
        lists.export_members,
        name="members_export",
    ),
    path(
        "enterprise/<str:code>/members/archives/",
        archives.build_many,
        name="many_archives",
    ),
    path(
        "enterprise/<str:code>/members/<uuid:public_id>/archive/",
        archives.build_person,
        name="person_archive",
    ),
    path("enterprise/<str:code>/archives/", archives.archives, name="archives"),
    path(
        "enterprise/<str:code>/archives/<uuid:public_id>.<str:file_format>",
        archives.download_archive,
        name="archive_download",
    ),
    path(
        "enterprise/<str:code>/archives/<uuid:public_id>/delete/",
        archives.delete,
        name="archive_delete",
    ),
    path(
        "enterprise/<str:code>/lists/<str:name>.<str:file_format>",
        lists.export,
        name="list_export",
    ),
    path("reports/<uuid:public_id>/", lists.report, name="report"),
    path(
        "reports/<uuid:public_id>/download/",
        lists.download_report,
        name="report_download",
    ),
    path(
        "enterprise/<str:code>/members/import/",
        staff_import.upload,
        name="staff_import",
    ),
    path(
        "enterprise/<str:code>/members/import/template-<str:language>.<str:file_format>",
        staff_import.download_template,
        name="staff_import_template",
    ),
    path(
        "enterprise/<str:code>/members/import/<uuid:public_id>/",
        staff_import.show,
        name="staff_import_result",
    ),
    path(
        "enterprise/<str:code>/members/import/<uuid:public_id>/take/",
        staff_import.take,
        name="staff_import_take",
    ),
    path(
        "enterprise/<str:code>/members/import/<uuid:public_id>/report.xlsx",
        staff_import.download_report,
        name="staff_import_report",
    ),
    path("enterprise/<str:code>/members/add/", staff.add, name="member_add"),
    path("enterprise/<str:code>/members/move/", staff.move_people, name="move_people"),
    path(
        "enterprise/<str:code>/members/<uuid:public_id>/",
        people.person,
        name="person",
    ),
    path(
        "enterprise/<str:code>/members/<uuid:public_id>/sign-off/",
        people.sign_off,
        name="sign_off",
    ),
    path(
        "enterprise/<str:code>/members/<uuid:public_id>/invite/",
        staff.invite_again,
        name="invite_again",
    ),
    path(
        "enterprise/<str:code>/members/<uuid:public_id>/place/",
        staff.place,
        name="place",
    ),
    path(
        "enterprise/<str:code>/members/<uuid:public_id>/end/",
        staff.end,
        name="end_membership",
    ),
    path("enterprise/<str:code>/structure/", structure.structure, name="structure"),
    path(
        "enterprise/<str:code>/structure/departments/new/",
        structure.department_new,
        name="department_new",
    ),
    path(
        "enterprise/<str:code>/structure/departments/<uuid:public_id>/",
        structure.department_edit,
        name="department_edit",
    ),
    path(
        "enterprise/<str:code>/structure/positions/new/",
        structure.position_new,
        name="position_new",
    ),
    path(
        "enterprise/<str:code>/structure/positions/<uuid:public_id>/",
        structure.position_edit,
        name="position_edit",
    ),
    path(
        "enterprise/<str:code>/structure/positions/<uuid:public_id>/delete/",
        structure.position_delete,
        name="position_delete",
    ),
    path("regulator/", regulator.desk, name="regulator"),
    path(
        "regulator/export.<str:file_format>",
        lists.export_region,
        name="region_export",
    ),
    path("regulator/enterprises/<str:code>/", regulator.enterprise, name="regulated"),
    path(
        "regulator/enterprises/<str:code>/findings/",
        inspections.add_finding,
        name="finding_add",
    ),
    path(
        "regulator/findings/<uuid:public_id>/close/",
        inspections.close,
        name="finding_close",
    ),
    path("regulator/bulk/", bulk.checks, name="bulk_checks"),
    path("regulator/bulk/<uuid:public_id>/", bulk.check, name="bulk_check"),
    path(
        "regulator/bulk/<uuid:public_id>/export.<str:file_format>",
        bulk.export,
        name="bulk_export",
    ),
    path("regulator/samples/", inspections.samples, name="samples"),
    path("regulator/samples/<uuid:public_id>/", inspections.sample, name="sample"),
    path("regulator/certificates/<str:number>/", inspections.evidence, name="evidence"),
    path("regulator/statistics/", inspections.statistics, name="region_statistics"),
]
