from django.db import models
from django.utils.translation import gettext_lazy as _


class Verb(models.TextChoices):
    """What happened. Each app appends its members in a section of its own."""

    # lms.accounts
    USER_CREATED = "user_created", _("Account created")
    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    MOBILE_CHANGED = "mobile_changed", _("Mobile number changed")
    IDENTITY_DOCUMENT_STORED = "identity_document_stored", _("Identity document stored")
    SECOND_FACTOR_CHANGED = "second_factor_changed", _("Second factor changed")
    TOKEN_CREATED = "token_created", _("API token created")
    TOKEN_REVOKED = "token_revoked", _("API token revoked")
    FIELD_KEYS_ROTATED = "field_keys_rotated", _("Field keys rotated")

    # lms.organizations
    ORGANIZATION_CREATED = "organization_created", _("Organization created")
    ORGANIZATION_RENAMED = "organization_renamed", _("Organization renamed")
    ORGANIZATION_SUCCEEDED = "organization_succeeded", _("Organization succeeded")
    ORGANIZATION_CHANGED = "organization_changed", _("Organization changed")
    DEPARTMENT_CREATED = "department_created", _("Department created")
    DEPARTMENT_RENAMED = "department_renamed", _("Department renamed")
    DEPARTMENT_MOVED = "department_moved", _("Department moved")
    DEPARTMENT_MERGED = "department_merged", _("Department merged")
    POSITION_CREATED = "position_created", _("Position created")
    POSITION_CHANGED = "position_changed", _("Position changed")
    POSITION_DELETED = "position_deleted", _("Position deleted")
    MEMBERSHIP_CREATED = "membership_created", _("Membership created")
    MEMBERSHIP_ACCEPTED = "membership_accepted", _("Membership accepted")
    MEMBERSHIP_DECLINED = "membership_declined", _("Membership declined")
    MEMBERSHIP_CHANGED = "membership_changed", _("Membership changed")
    MEMBERSHIP_ENDED = "membership_ended", _("Membership ended")
    INVITATION_SENT = "invitation_sent", _("Invitation sent")
    JURISDICTION_GRANTED = "jurisdiction_granted", _("Jurisdiction granted")
    JURISDICTION_REVOKED = "jurisdiction_revoked", _("Jurisdiction revoked")
    STAFF_IMPORTED = "staff_imported", _("Staff list imported")
    CHANGE_REQUESTED = "change_requested", _("Change asked for")
    CHANGE_APPROVED = "change_approved", _("Change approved")
    CHANGE_REFUSED = "change_refused", _("Change refused")
    CHANGE_WITHDRAWN = "change_withdrawn", _("Change withdrawn")
    CHANGE_EXPIRED = "change_expired", _("Change expired")
    FIRST_CODES_ISSUED = "first_codes_issued", _("One-time codes printed")
    FIRST_CODE_USED = "first_code_used", _("One-time code used")
    FIRST_CODE_REFUSED = "first_code_refused", _("One-time code refused")
    PACKAGE_CHANGED = "package_changed", _("Industry package changed")
    # Of the time before enterprises were asked; the chain names it for good.
    ASSOCIATION_MEMBER_ADDED = "association_member_added", _("Association member added")
    ASSOCIATION_MEMBER_INVITED = (
        "association_member_invited",
        _("Enterprise invited by an association"),
    )
    ASSOCIATION_MEMBER_ACCEPTED = (
        "association_member_accepted",
        _("Invitation of an association accepted"),
    )
    ASSOCIATION_MEMBER_DECLINED = (
        "association_member_declined",
        _("Invitation of an association declined"),
    )
    ASSOCIATION_MEMBER_ENDED = "association_member_ended", _("Association member ended")
    BADGE_CHANGED = "badge_changed", _("Training badge changed")

    # media_pipeline
    ASSET_UPLOADED = "asset_uploaded", _("Media file uploaded")
    ASSET_CONVERSION_REQUESTED = (
        "asset_conversion_requested",
        _("Media conversion requested"),
    )
    ASSET_CHANGED = "asset_changed", _("Media file changed")
    ASSET_DELETED = "asset_deleted", _("Media file deleted")

    # cms

    # courses
    ENROLLED = "enrolled", _("Enrolled")
    UNIT_COMPLETED = "unit_completed", _("Unit completed")
    COURSE_COMPLETED = "course_completed", _("Course completed")
    WITHDRAWN = "withdrawn", _("Withdrawn from a course")

    # exams
    ATTEMPT_STARTED = "attempt_started", _("Attempt started")
    ATTEMPT_SUBMITTED = "attempt_submitted", _("Attempt submitted")
    ATTEMPT_FINALIZED = "attempt_finalized", _("Attempt finalized")
    MARKING_POLICY_CHANGED = "marking_policy_changed", _("Rules of marking changed")
    ANSWER_MARKED = "answer_marked", _("Answer marked")
    KEY_CORRECTION_PROPOSED = "key_correction_proposed", _("Key correction proposed")
    KEY_CORRECTION_APPROVED = "key_correction_approved", _("Key correction approved")
    KEY_CORRECTION_REJECTED = "key_correction_rejected", _("Key correction dropped")
    APPEAL_MADE = "appeal_made", _("Appeal made")
    APPEAL_ANSWERED = "appeal_answered", _("Appeal answered")
    RESULT_CHANGED = "result_changed", _("Result changed")
    RESULTS_RELEASED = "results_released", _("Results released")
    ATTEMPT_INTERVENED = "attempt_intervened", _("Invigilator stepped in")
    EXTRA_TIME_CHANGED = "extra_time_changed", _("Extra time changed")
    EXAM_RULES_CHANGED = "exam_rules_changed", _("Exam rules changed")
    ITEM_WRITTEN = "item_written", _("Item written")
    ITEM_REVIEWED = "item_reviewed", _("Step in the review of an item")
    ITEMS_IMPORTED = "items_imported", _("Items imported")
    ITEM_IMPORT_UNDONE = "item_import_undone", _("Import of items undone")

    # courses
    SYLLABUS_MOVED = "syllabus_moved", _("Moved to a new version of a course")
    SYLLABUS_MOVE_REQUIRED = (
        "syllabus_move_required",
        _("Move to a new version required"),
    )
    COURSE_COPIED = "course_copied", _("Course copied")
    STATEMENTS_EXPORTED = "statements_exported", _("xAPI statements exported")
    STATEMENTS_SENT_AGAIN = "statements_sent_again", _("xAPI statements sent again")
    TRAINING_CLOSED = "training_closed", _("Training on site closed")

    # lms.compliance
    COURSE_ASSIGNED = "course_assigned", _("Course assigned")
    ASSIGNMENT_ENDED = "assignment_ended", _("Assignment ended")
    PLAN_CREATED = "plan_created", _("Training plan created")
    PLAN_ENDED = "plan_ended", _("Training plan ended")
    MEMBER_EXEMPTED = "member_exempted", _("Member exempted from a plan")
    RULE_APPROVED = "rule_approved", _("Training rule approved")
    PEOPLE_REMINDED = "people_reminded", _("People reminded")

    # certificates
    CERTIFICATE_ISSUED = "certificate_issued", _("Certificate issued")
    CERTIFICATE_BATCH_SUBMITTED = (
        "certificate_batch_submitted",
        _("Batch of certificates submitted"),
    )
    CERTIFICATE_BATCH_RETRIED = (
        "certificate_batch_retried",
        _("Batch of certificates tried again"),
    )
    CERTIFICATE_TEMPLATE_SAVED = (
        "certificate_template_saved",
        _("Certificate template saved"),
    )
    CERTIFICATE_AWARD_CHANGED = (
        "certificate_award_changed",
        _("Certificates issued by themselves changed"),
    )
    CERTIFICATE_REVOKED = "certificate_revoked", _("Certificate revoked")
    CERTIFICATE_PHOTO_CHANGED = (
        "certificate_photo_changed",
        _("Photo for certificates changed"),
    )
    VALIDITY_RULE_ADDED = "validity_rule_added", _("Validity rule added")
    CERTIFICATE_DOUBTED = "certificate_doubted", _("Certificate in doubt")
    KEY_WITHDRAWN = "key_withdrawn", _("Signing key withdrawn")
    CERTIFICATE_VIEWED = "certificate_viewed", _("Certificate viewed")

    # lms.reporting
    ARCHIVE_BUILT = "archive_built", _("Training archive built")
    ARCHIVE_DELETED = "archive_deleted", _("Training archive deleted")
    LIST_EXPORTED = "list_exported", _("List exported")
    CERTIFICATES_BULK_CHECKED = (
        "certificates_bulk_checked",
        _("Certificates checked in bulk"),
    )
    SAMPLE_DRAWN = "sample_drawn", _("Sample drawn")
    FINDING_WRITTEN = "finding_written", _("Note or finding written")
    FINDING_CLOSED = "finding_closed", _("Finding closed")
    EVIDENCE_VIEWED = "evidence_viewed", _("Evidence of a certificate viewed")

    # lms.portal
    HOLDER_SEARCHED = "holder_searched", _("Certificates of a name searched")
    CERTIFICATE_CHECKED = "certificate_checked", _("Certificate checked")
    PRACTICAL_SIGNED_OFF = "practical_signed_off", _("Practical unit signed off")
