"""The learner's home and the two consoles."""

from django.urls import include, path

from lms.portal.views import (
    approvals,
    archives,
    badge,
    bulk,
    enterprise,
    findings,
    first_codes,
    inspections,
    landing,
    learner,
    lists,
    packages,
    people,
    plans,
    postings,
    regulator,
    staff,
    staff_import,
    statements,
    structure,
)

app_name = "portal"
# What stands below the address of one enterprise.
console_urlpatterns = [
    path("", enterprise.overview, name="enterprise"),
    path("assign/", enterprise.assign, name="assign"),
    path(
        "assignments/<uuid:public_id>/",
        enterprise.assignment,
        name="assignment",
    ),
    path(
        "assignments/<uuid:public_id>/export.<str:file_format>",
        lists.export_assignment,
        name="assignment_export",
    ),
    path(
        "assignments/<uuid:public_id>/archive/",
        archives.build_class,
        name="class_archive",
    ),
    path(
        "assignments/<uuid:public_id>/remind/",
        enterprise.remind,
        name="remind",
    ),
    path(
        "departments/<uuid:public_id>/",
        enterprise.department,
        name="department",
    ),
    path("plans/", plans.plans, name="plans"),
    path("plans/new/", plans.plan_new, name="plan_new"),
    path("plans/<uuid:public_id>/", plans.plan, name="plan"),
    path(
        "plans/<uuid:public_id>/end/",
        plans.plan_end,
        name="plan_end",
    ),
    path("members/", people.members, name="members"),
    path(
        "members/export.<str:file_format>",
        lists.export_members,
        name="members_export",
    ),
    path(
        "members/archives/",
        archives.build_many,
        name="many_archives",
    ),
    path(
        "members/<uuid:public_id>/archive/",
        archives.build_person,
        name="person_archive",
    ),
    path("archives/", archives.archives, name="archives"),
    path(
        "archives/<uuid:public_id>.<str:file_format>",
        archives.download_archive,
        name="archive_download",
    ),
    path(
        "archives/<uuid:public_id>/delete/",
        archives.delete,
        name="archive_delete",
    ),
    path(
        "lists/<str:name>.<str:file_format>",
        lists.export,
        name="list_export",
    ),
    path(
        "members/import/",
        staff_import.upload,
        name="staff_import",
    ),
    path(
        "members/import/template-<str:language>.<str:file_format>",
        staff_import.download_template,
        name="staff_import_template",
    ),
    path(
        "members/import/<uuid:public_id>/",
        staff_import.show,
        name="staff_import_result",
    ),
    path(
        "members/import/<uuid:public_id>/take/",
        staff_import.take,
        name="staff_import_take",
    ),
    path(
        "members/import/<uuid:public_id>/report.xlsx",
        staff_import.download_report,
        name="staff_import_report",
    ),
    path(
        "members/first-codes/",
        first_codes.first_codes,
        name="first_codes",
    ),
    path("members/add/", staff.add, name="member_add"),
    path("members/move/", staff.move_people, name="move_people"),
    path(
        "members/<uuid:public_id>/",
        people.person,
        name="person",
    ),
    path(
        "members/<uuid:public_id>/posts/",
        postings.posts,
        name="posts",
    ),
    path(
        "members/<uuid:public_id>/sign-off/",
        people.sign_off,
        name="sign_off",
    ),
    path(
        "members/<uuid:public_id>/invite/",
        staff.invite_again,
        name="invite_again",
    ),
    path(
        "members/<uuid:public_id>/place/",
        staff.place,
        name="place",
    ),
    path(
        "members/<uuid:public_id>/end/",
        staff.end,
        name="end_membership",
    ),
    path("changes/", approvals.changes, name="changes"),
    path(
        "changes/<uuid:public_id>/",
        approvals.change,
        name="change",
    ),
    path(
        "administrators/",
        approvals.administrators,
        name="administrators",
    ),
    path(
        "administrators/<uuid:public_id>/revoke/",
        approvals.administrator_revoke,
        name="administrator_revoke",
    ),
    path("packages/", packages.packages, name="packages"),
    path("packages/new/", packages.package, name="package_new"),
    path(
        "packages/<uuid:public_id>/",
        packages.package,
        name="package",
    ),
    path(
        "packages/members/<uuid:public_id>/end/",
        packages.association_member_end,
        name="association_member_end",
    ),
    path(
        "packages/associations/<uuid:public_id>/",
        packages.association_answer,
        name="association_answer",
    ),
    path("statements/", statements.statements, name="statements"),
    path("findings/", findings.findings, name="findings"),
    path("badge/", badge.settings_page, name="badge_settings"),
    path("structure/", structure.structure, name="structure"),
    path(
        "structure/departments/new/",
        structure.department_new,
        name="department_new",
    ),
    path(
        "structure/departments/<uuid:public_id>/",
        structure.department_edit,
        name="department_edit",
    ),
    path(
        "structure/positions/new/",
        structure.position_new,
        name="position_new",
    ),
    path(
        "structure/positions/<uuid:public_id>/",
        structure.position_edit,
        name="position_edit",
    ),
    path(
        "structure/positions/<uuid:public_id>/delete/",
        structure.position_delete,
        name="position_delete",
    ),
]
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
    path("enterprise/<str:code>/", include(console_urlpatterns)),
    path("reports/<uuid:public_id>/", lists.report, name="report"),
    path(
        "reports/<uuid:public_id>/download/",
        lists.download_report,
        name="report_download",
    ),
    path("badge/<uuid:public_id>.<str:file_format>", badge.badge, name="badge"),
    path("regulator/", regulator.desk, name="regulator"),
    path(
        "regulator/export.<str:file_format>",
        lists.export_region,
        name="region_export",
    ),
    path("regulator/enterprises/<str:code>/", regulator.enterprise, name="regulated"),
    path(
        "regulator/enterprises/<str:code>/anomalies/",
        regulator.anomalies,
        name="anomalies",
    ),
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
    path(
        "regulator/certificates/<str:number>/training/",
        inspections.evidence_file,
        name="evidence_file",
    ),
    path("regulator/statistics/", inspections.statistics, name="region_statistics"),
]
