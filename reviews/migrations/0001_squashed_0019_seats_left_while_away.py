import datetime

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import claims.models.event
import claims.models.zone
import reviews.models.calendar
import reviews.models.reviewer
from claims.models.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("reviews", "0001_initial"),
        ("reviews", "0002_policies_and_courses"),
        ("reviews", "0003_second_opinions"),
        ("reviews", "0004_remember_second_opinions"),
        ("reviews", "0005_notices"),
        ("reviews", "0006_deadline_policies_and_calendars"),
        ("reviews", "0007_hours_and_absence_plans"),
        ("reviews", "0008_routing_rules"),
        ("reviews", "0009_settling_anew"),
        ("reviews", "0010_who_gives_second_opinions"),
        ("reviews", "0011_declare_interests_by_the_databases_clock"),
        ("reviews", "0012_notices_of_changed_sources"),
        ("reviews", "0013_letters_about_webhooks"),
        ("reviews", "0014_reviews_keep_exceptions"),
        ("reviews", "0015_notices_of_unsettled_disagreements"),
        ("reviews", "0016_notices_of_failed_imports"),
        ("reviews", "0017_notices_of_ended_waits"),
        ("reviews", "0018_notices_of_cancelled_articles"),
        ("reviews", "0019_seats_left_while_away"),
    ]

    initial = True

    dependencies = [
        ("claims", "0001_squashed_0041_call_them_people"),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name="DeadlinePolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=40, unique=True, verbose_name="key")),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        ("is_active", models.BooleanField(default=True, verbose_name="can be chosen")),
                        (
                            "calendar",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="policies",
                                to="reviews.workcalendar",
                                verbose_name="work calendar",
                            ),
                        ),
                        (
                            "at_most_hours",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="96 are four days. Empty: no limit.",
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(8760),
                                ],
                                verbose_name="at most, hours from acceptance",
                            ),
                        ),
                        (
                            "before_own_date_hours",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="For claims with a date of their own, in place of the hours of the priority. Empty: not counted so.",
                                null=True,
                                validators=[django.core.validators.MaxValueValidator(2160)],
                                verbose_name="hours before its own date",
                            ),
                        ),
                        (
                            "hours_1",
                            models.PositiveIntegerField(
                                default=4,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(2160),
                                ],
                                verbose_name="hours at priority 1",
                            ),
                        ),
                        (
                            "hours_2",
                            models.PositiveIntegerField(
                                default=12,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(2160),
                                ],
                                verbose_name="hours at priority 2",
                            ),
                        ),
                        (
                            "hours_3",
                            models.PositiveIntegerField(
                                default=24,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(2160),
                                ],
                                verbose_name="hours at priority 3",
                            ),
                        ),
                        (
                            "hours_4",
                            models.PositiveIntegerField(
                                default=72,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(2160),
                                ],
                                verbose_name="hours at priority 4",
                            ),
                        ),
                        (
                            "hours_of_work",
                            models.BooleanField(
                                default=False,
                                help_text="Else they count day and night.",
                                verbose_name="those are hours of work",
                            ),
                        ),
                        (
                            "in_working_hours",
                            models.BooleanField(
                                default=False,
                                help_text="Moved back to the last hour of work before.",
                                verbose_name="due in working hours only",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                    ],
                    options={
                        "verbose_name": "deadline policy",
                        "verbose_name_plural": "deadline policies",
                        "ordering": ("name",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("hours_of_work", False), ("in_working_hours", False)),
                                    ("calendar__isnull", False),
                                    _connector="OR",
                                ),
                                name="deadline_policy_work_has_calendar",
                                violation_error_message="Counting working hours needs a work calendar.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FeedMark",
                    fields=[
                        (
                            "reader",
                            models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="reader"),
                        ),
                        ("tx", models.BigIntegerField(default=0, verbose_name="transaction")),
                        ("event", models.BigIntegerField(default=0, verbose_name="event")),
                    ],
                    options={
                        "verbose_name": "feed mark",
                    },
                ),
                migrations.CreateModel(
                    name="WorkCalendar",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        (
                            "zone",
                            models.CharField(
                                default="UTC",
                                max_length=64,
                                validators=[claims.models.zone.valid_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        (
                            "closed",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.DateField(),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="closed days of its own",
                            ),
                        ),
                        (
                            "country",
                            models.CharField(
                                blank=True,
                                help_text="Two letters such as UA; empty: none.",
                                max_length=2,
                                verbose_name="holidays of the country",
                            ),
                        ),
                        (
                            "hours",
                            models.JSONField(
                                blank=True, default=reviews.models.calendar.office_hours, verbose_name="hours"
                            ),
                        ),
                        ("subdivision", models.CharField(blank=True, max_length=10, verbose_name="and of its part")),
                        ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                    ],
                    options={
                        "verbose_name": "work calendar",
                        "ordering": ("name",),
                    },
                ),
                migrations.CreateModel(
                    name="Assignment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "part",
                            models.CharField(
                                choices=[
                                    ("review", "review"),
                                    ("editor", "editor's judgement"),
                                    ("adjudication", "adjudication"),
                                ],
                                default="review",
                                max_length=12,
                                verbose_name="part",
                            ),
                        ),
                        ("seat", models.PositiveSmallIntegerField(default=1, verbose_name="seat")),
                        ("round", models.PositiveIntegerField(default=1, verbose_name="round")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("completed", "completed"),
                                    ("handed_over", "handed over"),
                                    ("declined", "declined"),
                                    ("recused", "recused"),
                                    ("withdrawn", "withdrawn"),
                                ],
                                default="open",
                                max_length=12,
                                verbose_name="status",
                            ),
                        ),
                        ("rule", models.CharField(max_length=120, verbose_name="chosen by")),
                        ("reasons", models.JSONField(default=list, verbose_name="reasons")),
                        ("note", models.CharField(blank=True, max_length=600, verbose_name="note")),
                        ("assigned_at", models.DateTimeField(verbose_name="assigned")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="assignments",
                                to="reviews.reviewer",
                                verbose_name="reviewer",
                            ),
                        ),
                        (
                            "while_away",
                            models.BooleanField(
                                db_default=False, default=False, verbose_name="left them while they were away"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "assignment",
                        "ordering": ("-assigned_at", "-id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("status", "open")),
                                fields=["reviewer", "claim"],
                                name="assignment_open",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["completed", "open"])),
                                fields=("claim", "round", "reviewer"),
                                name="assignment_person_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("status__in", ["completed", "open"])),
                                fields=("claim", "round", "part", "seat"),
                                name="assignment_seat_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(blank=True, null=True, verbose_name="digest of")),
                        ("made_at", models.DateTimeField(verbose_name="made")),
                        ("next_attempt_at", models.DateTimeField(verbose_name="next try")),
                        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                        ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent")),
                        ("dropped", models.CharField(blank=True, max_length=200, verbose_name="why it was not sent")),
                        ("error", models.CharField(blank=True, max_length=300, verbose_name="last error")),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="messages",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "notice",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="message",
                                to="reviews.notice",
                                verbose_name="notice",
                            ),
                        ),
                        (
                            "webhook",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="letters",
                                to="claims.webhook",
                                verbose_name="webhook",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "letter",
                        "ordering": ("-made_at", "-id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("dropped", ""), ("sent_at__isnull", True)),
                                fields=["next_attempt_at", "id"],
                                name="message_next",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("notice__isnull", True)),
                                fields=("user", "day"),
                                name="digest_once_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("day__isnull", False), ("notice__isnull", True), ("webhook__isnull", True)
                                    ),
                                    models.Q(
                                        ("day__isnull", True), ("notice__isnull", False), ("webhook__isnull", True)
                                    ),
                                    models.Q(
                                        ("day__isnull", True), ("notice__isnull", True), ("webhook__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="message_of_one_thing",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("assigned", "Assigned to you"),
                                    ("handed", "Handed to you"),
                                    ("second_opinion", "Second opinion asked of you"),
                                    ("adjudication", "A disagreement is yours to settle"),
                                    ("reminder", "Review due is near"),
                                    ("late", "Late"),
                                    ("date_near", "Its own date is near"),
                                    ("date_passed", "Its own date has passed, unconfirmed"),
                                    ("wait_over", "A wait of which you asked to be told is over"),
                                    ("split", "Reviewers disagree"),
                                    ("unsettled", "Nobody settles a disagreement"),
                                    ("unroutable", "Nobody can take a claim"),
                                    ("source_changed", "An article or page a claim rests on has changed"),
                                    ("source_canceled", "An article a claim quotes was cancelled by its provider"),
                                    ("decided", "A claim you judged was decided"),
                                    ("reopened", "A claim you judged was reopened"),
                                    ("import_failed", "An import you asked for failed"),
                                ],
                                max_length=16,
                                verbose_name="reason",
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day, on their clock")),
                        ("in_app", models.BooleanField(verbose_name="shown in the app")),
                        (
                            "by_mail",
                            models.CharField(
                                choices=[("off", "no"), ("at_once", "at once"), ("digest", "daily digest")],
                                max_length=8,
                                verbose_name="by mail",
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="told")),
                        ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                        (
                            "claim",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "digest",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="notices",
                                to="reviews.message",
                                verbose_name="digest",
                            ),
                        ),
                        (
                            "event",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.claimevent",
                                verbose_name="event",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notices",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "operation",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="notices",
                                to="claims.operation",
                                verbose_name="import",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "notice",
                        "ordering": ("-made_at", "-id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("in_app", True), ("read_at__isnull", True)),
                                fields=["user"],
                                name="notice_unread",
                            ),
                            models.Index(fields=["user", "-made_at", "-id"], name="notice_latest"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("user", "claim", "reason", "day"), name="notice_once_a_day"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("operation__isnull", False)),
                                fields=("operation", "day"),
                                name="notice_of_import_once_a_day",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("claim__isnull", False), ("event__isnull", False), ("operation__isnull", True)
                                    ),
                                    models.Q(
                                        ("claim__isnull", True),
                                        ("event__isnull", True),
                                        ("operation__isnull", False),
                                        ("reason", "import_failed"),
                                    ),
                                    _connector="OR",
                                ),
                                name="notice_of_one_thing",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NoticeChoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("assigned", "Assigned to you"),
                                    ("handed", "Handed to you"),
                                    ("second_opinion", "Second opinion asked of you"),
                                    ("adjudication", "A disagreement is yours to settle"),
                                    ("reminder", "Review due is near"),
                                    ("late", "Late"),
                                    ("date_near", "Its own date is near"),
                                    ("date_passed", "Its own date has passed, unconfirmed"),
                                    ("wait_over", "A wait of which you asked to be told is over"),
                                    ("split", "Reviewers disagree"),
                                    ("unsettled", "Nobody settles a disagreement"),
                                    ("unroutable", "Nobody can take a claim"),
                                    ("source_changed", "An article or page a claim rests on has changed"),
                                    ("source_canceled", "An article a claim quotes was cancelled by its provider"),
                                    ("decided", "A claim you judged was decided"),
                                    ("reopened", "A claim you judged was reopened"),
                                    ("import_failed", "An import you asked for failed"),
                                ],
                                max_length=16,
                                verbose_name="reason",
                            ),
                        ),
                        ("in_app", models.BooleanField(verbose_name="shown in the app")),
                        (
                            "by_mail",
                            models.CharField(
                                choices=[("off", "no"), ("at_once", "at once"), ("digest", "daily digest")],
                                max_length=8,
                                verbose_name="by mail",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="notice_choices",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "notice choice",
                        "constraints": [models.UniqueConstraint(fields=("user", "reason"), name="notice_choice_once")],
                    },
                ),
                migrations.CreateModel(
                    name="NoticeSettings",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="notice_settings",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "digest_at",
                            models.TimeField(
                                blank=True, default=datetime.time(8, 0), null=True, verbose_name="daily digest at"
                            ),
                        ),
                        ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="quiet from")),
                        ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="quiet until")),
                        ("version", models.PositiveIntegerField(default=1)),
                    ],
                    options={
                        "verbose_name": "notice settings",
                        "verbose_name_plural": "notice settings",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                                    _connector="OR",
                                ),
                                name="quiet_hours_whole",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Reviewer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "languages",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=16),
                                default=list,
                                size=None,
                                verbose_name="languages read",
                            ),
                        ),
                        (
                            "topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="topics",
                            ),
                        ),
                        (
                            "limit",
                            models.PositiveSmallIntegerField(
                                default=10,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="limit of open claims",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="takes work")),
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviewer",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        (
                            "workdays",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.PositiveSmallIntegerField(
                                    validators=[
                                        django.core.validators.MinValueValidator(1),
                                        django.core.validators.MaxValueValidator(7),
                                    ]
                                ),
                                blank=True,
                                default=reviews.models.reviewer.monday_to_friday,
                                size=None,
                                verbose_name="working days",
                            ),
                        ),
                        ("works_from", models.TimeField(blank=True, null=True, verbose_name="works from")),
                        ("works_until", models.TimeField(blank=True, null=True, verbose_name="works until")),
                        (
                            "writes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=16),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="languages written",
                            ),
                        ),
                        (
                            "gives_second_opinions",
                            models.BooleanField(default=True, verbose_name="may give second opinions"),
                        ),
                    ],
                    options={
                        "verbose_name": "reviewer",
                        "ordering": ("user__first_name", "user__last_name", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("limit__gte", 1)), name="reviewer_limit_positive"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("works_from__isnull", True), ("works_until__isnull", True)),
                                    models.Q(("works_from__isnull", False), ("works_until__isnull", False)),
                                    _connector="OR",
                                ),
                                name="reviewer_hours_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Review",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("part", models.CharField(max_length=12, verbose_name="part")),
                        ("round", models.PositiveIntegerField(verbose_name="round")),
                        (
                            "said",
                            models.CharField(
                                choices=[
                                    ("accurate", "Accurately"),
                                    ("altered", "Altered"),
                                    ("not_found", "Not found"),
                                    ("not_checked", "Not checked"),
                                    ("own_voice", "Own voice"),
                                ],
                                max_length=12,
                                verbose_name="was it said?",
                            ),
                        ),
                        (
                            "so",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("confirmed", "Confirmed"),
                                    ("partly", "Partly confirmed"),
                                    ("context", "Missing context"),
                                    ("refuted", "Refuted"),
                                    ("unproven", "Unproven"),
                                    ("overtaken", "Overtaken by events"),
                                ],
                                max_length=12,
                                verbose_name="is it so?",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("by_date", "By its date"),
                                    ("later", "Later"),
                                    ("did_not_happen", "Did not happen"),
                                    ("unknown", "Unknown"),
                                ],
                                max_length=16,
                                verbose_name="outcome",
                            ),
                        ),
                        ("why", models.TextField(verbose_name="why")),
                        ("evidence_ids", models.JSONField(default=list, verbose_name="evidence used")),
                        ("submitted_at", models.DateTimeField(verbose_name="submitted")),
                        (
                            "assignment",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="review",
                                to="reviews.assignment",
                                verbose_name="assignment",
                            ),
                        ),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="reviews",
                                to="reviews.reviewer",
                                verbose_name="reviewer",
                            ),
                        ),
                        (
                            "exception_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="why fewer origins are enough"),
                        ),
                    ],
                    options={
                        "verbose_name": "review",
                        "ordering": ("submitted_at", "id"),
                    },
                ),
                migrations.CreateModel(
                    name="Interest",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="what the interest is")),
                        (
                            "declared_at",
                            models.DateTimeField(
                                db_default=claims.models.event.DatabaseClock(), verbose_name="declared"
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="interests",
                                to="claims.source",
                                verbose_name="source",
                            ),
                        ),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="interests",
                                to="reviews.reviewer",
                                verbose_name="reviewer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "declared interest",
                        "constraints": [models.UniqueConstraint(fields=("reviewer", "source"), name="interest_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Absence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="from")),
                        ("ends_at", models.DateTimeField(verbose_name="until")),
                        ("note", models.CharField(blank=True, max_length=200, verbose_name="note")),
                        (
                            "reviewer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="absences",
                                to="reviews.reviewer",
                                verbose_name="reviewer",
                            ),
                        ),
                        (
                            "hand_over_to",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.reviewer",
                                verbose_name="hand over to",
                            ),
                        ),
                        (
                            "then",
                            models.CharField(
                                choices=[
                                    ("keep", "Keep them"),
                                    ("hand_over", "Hand them over"),
                                    ("pool", "Back to the pool"),
                                ],
                                default="keep",
                                max_length=9,
                                verbose_name="open claims",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "absence",
                        "ordering": ("starts_at",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="absence_ends_after_start",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("then", "hand_over"),
                                        models.Q(("hand_over_to", models.F("reviewer")), _negated=True),
                                        ("hand_over_to__isnull", False),
                                    ),
                                    models.Q(
                                        models.Q(("then", "hand_over"), _negated=True), ("hand_over_to__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="absence_hands_over_to_somebody",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ReviewPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=40, unique=True, verbose_name="key")),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("one", "one reviewer"),
                                    ("with_editor", "a reviewer and an editor"),
                                    ("independent", "independent reviewers"),
                                ],
                                default="one",
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "judges",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(7),
                                ],
                                verbose_name="people asked",
                            ),
                        ),
                        (
                            "agreeing",
                            models.PositiveSmallIntegerField(
                                default=1,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="must agree",
                            ),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="can be chosen")),
                    ],
                    options={
                        "verbose_name": "review policy",
                        "verbose_name_plural": "review policies",
                        "ordering": ("name",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("agreeing__gte", 1),
                                    ("agreeing__lte", models.F("judges")),
                                    ("judges__range", (1, 7)),
                                ),
                                name="policy_agreeing_of_judges",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("judges", 1), ("kind", "one")),
                                    models.Q(("agreeing", 2), ("judges", 2), ("kind", "with_editor")),
                                    models.Q(("judges__gte", 2), ("kind", "independent")),
                                    _connector="OR",
                                ),
                                name="policy_kind_fits",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="DeskDefaults",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "deadline_policy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.deadlinepolicy",
                                verbose_name="deadline policy",
                            ),
                        ),
                        (
                            "desk",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="defaults",
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                        (
                            "review_policy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.reviewpolicy",
                                verbose_name="review policy",
                            ),
                        ),
                        (
                            "takes_back",
                            models.BooleanField(
                                default=False,
                                verbose_name="claims without activity and those of people away go back to the pool",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                    ],
                    options={
                        "verbose_name": "desk's defaults",
                        "verbose_name_plural": "desks' defaults",
                    },
                ),
                migrations.CreateModel(
                    name="RoutingRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("position", models.PositiveIntegerField(verbose_name="position")),
                        ("is_active", models.BooleanField(default=True, verbose_name="switched on")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                    ],
                    options={
                        "verbose_name": "routing rule",
                        "ordering": ("position",),
                        "constraints": [
                            models.UniqueConstraint(
                                deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                                fields=("position",),
                                name="rule_position_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleBook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=0, verbose_name="version")),
                    ],
                    options={
                        "verbose_name": "rule book",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="rule_book_only_one")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RuleVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="number")),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("is_active", models.BooleanField(default=True, verbose_name="switched on")),
                        ("conditions", models.JSONField(default=dict, verbose_name="conditions")),
                        (
                            "skills",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                default=list,
                                size=None,
                                verbose_name="skills needed",
                            ),
                        ),
                        ("priority", models.PositiveSmallIntegerField(null=True, verbose_name="priority")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                        ("made_by_kind", models.CharField(max_length=8, verbose_name="made by a")),
                        ("made_by_id", models.BigIntegerField(null=True, verbose_name="number of who made it")),
                        ("made_by_name", models.CharField(max_length=200, verbose_name="made by")),
                        ("made_at", models.DateTimeField(verbose_name="made")),
                        (
                            "deadline_policy",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.deadlinepolicy",
                                verbose_name="deadline policy",
                            ),
                        ),
                        (
                            "desk",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                        (
                            "review_policy",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.reviewpolicy",
                                verbose_name="review policy",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="reviews.routingrule",
                                verbose_name="rule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version of a routing rule",
                        "ordering": ("rule", "number"),
                        "constraints": [
                            models.UniqueConstraint(fields=("rule", "number"), name="rule_version_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("priority__isnull", True), ("priority__range", (1, 4)), _connector="OR"
                                ),
                                name="rule_priority",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Resettling",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("asked_by_name", models.CharField(max_length=200, verbose_name="asked by")),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        ("through", models.BigIntegerField(default=0, verbose_name="looked at up to claim")),
                        ("settled", models.PositiveIntegerField(default=0, verbose_name="claims settled anew")),
                        ("finished_at", models.DateTimeField(null=True, verbose_name="finished")),
                        (
                            "rule_version",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="resettlings",
                                to="reviews.ruleversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "settling anew",
                        "ordering": ("id",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("finished_at__isnull", True)), fields=["id"], name="resettling_open"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Course",
                    fields=[
                        (
                            "claim",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="course",
                                serialize=False,
                                to="claims.claim",
                            ),
                        ),
                        (
                            "topics",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="skills needed",
                            ),
                        ),
                        ("set_at", models.DateTimeField(verbose_name="settled")),
                        (
                            "deadline_policy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.deadlinepolicy",
                                verbose_name="deadline policy",
                            ),
                        ),
                        (
                            "review_policy",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="reviews.reviewpolicy",
                                verbose_name="review policy",
                            ),
                        ),
                        ("earlier", models.JSONField(blank=True, default=list, verbose_name="why not earlier rules")),
                        (
                            "given_desk",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.desk",
                                verbose_name="desk it came with",
                            ),
                        ),
                        (
                            "given_priority",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="priority it came with"
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="courses",
                                to="reviews.ruleversion",
                                verbose_name="rule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "course",
                    },
                ),
                migrations.CreateModel(
                    name="SecondOpinion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("round", models.PositiveIntegerField(verbose_name="round")),
                        ("why", models.CharField(blank=True, max_length=600, verbose_name="why")),
                        ("asked_by", models.CharField(max_length=200, verbose_name="asked by")),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="second_opinions",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "review",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="opinion_asked",
                                to="reviews.review",
                                verbose_name="review",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "second opinion",
                        "ordering": ("asked_at", "id"),
                        "constraints": [models.UniqueConstraint(fields=("claim", "round"), name="second_opinion_once")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="review",
                    trigger=pgtrigger.compiler.Trigger(
                        name="review_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="17c14f10ebcb874787c018b583741cefbb7e69f7",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_review_append_only_e6f6f",
                            table="reviews_review",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="review",
                    trigger=pgtrigger.compiler.Trigger(
                        name="review_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: review rows are append-only'; END IF; RETURN NULL;",
                            hash="19437846519741595d36c5e5292423a344c5acd9",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_review_not_emptied_dabb4",
                            table="reviews_review",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="ruleversion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="rule_version_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="bee48c0acb4b6a2e40f402ef391e3359d7e26269",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_rule_version_append_only_014cb",
                            table="reviews_ruleversion",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="ruleversion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="rule_version_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: rule_version rows are append-only'; END IF; RETURN NULL;",
                            hash="2ecd80b7efb5c8455bea2819ec3322a75cc43fe4",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_rule_version_not_emptied_0cbd8",
                            table="reviews_ruleversion",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="secondopinion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="second_opinion_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="cc6b80371dc8a1c85ce77c6681d644086337faac",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_second_opinion_append_only_093ad",
                            table="reviews_secondopinion",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="secondopinion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="second_opinion_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: second_opinion rows are append-only'; END IF; RETURN NULL;",
                            hash="e2553b21466e5b344364f62e367d2aabdc6df8fe",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_second_opinion_not_emptied_f40f1",
                            table="reviews_secondopinion",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
    ]
