import datetime

import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.fields.json
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import claims.models.event
import claims.models.zone
from claims.models.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("claims", "0001_initial"),
        ("claims", "0002_keep_alarm_table_lean"),
        ("claims", "0003_publication_of_decisions"),
        ("claims", "0004_flags_of_standstill"),
        ("claims", "0005_a_scope_for_set_up"),
        ("claims", "0006_escalation_ladders"),
        ("claims", "0007_find_tried_alarms"),
        ("claims", "0008_read_linked_pages"),
        ("claims", "0009_plan_reading_of_links"),
        ("claims", "0010_check_kept_files"),
        ("claims", "0011_sign_what_is_kept"),
        ("claims", "0012_words_of_ladders"),
        ("claims", "0013_keep_evidence_that_verdicts_used"),
        ("claims", "0014_split_and_merge"),
        ("claims", "0015_escalations_by_desk"),
        ("claims", "0016_take_unread_links_first"),
        ("claims", "0017_end_looks_that_nobody_needs"),
        ("claims", "0018_request_stamps_with_the_files"),
        ("claims", "0019_webhooks"),
        ("claims", "0020_follow_quotes_into_later_texts"),
        ("claims", "0021_follow_known_texts"),
        ("claims", "0022_find_deliveries_held_back"),
        ("claims", "0023_events_follow_each_other"),
        ("claims", "0024_keep_what_readers_were_told"),
        ("claims", "0025_find_what_readers_were_told_last"),
        ("claims", "0026_import_from_links"),
        ("claims", "0027_earlier_texts_may_come_again"),
        ("claims", "0028_secrets_of_own_feeds"),
        ("claims", "0029_news_items"),
        ("claims", "0030_page_by_review_due"),
        ("claims", "0031_search_what_readers_were_told"),
        ("claims", "0032_former_secrets_of_keys"),
        ("claims", "0033_find_what_a_person_did_last"),
        ("claims", "0034_words_of_the_scope_for_set_up"),
        ("claims", "0035_tell_of_cancelled_articles"),
        ("claims", "0036_when_keys_act"),
        ("claims", "0037_what_was_done_with_keys"),
        ("claims", "0038_what_was_done_with_the_set_up"),
        ("claims", "0039_names_and_answers_as_they_are_kept"),
        ("claims", "0040_reading_size"),
        ("claims", "0041_call_them_people"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        Together(
            operations=[
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        (
                            "is_superuser",
                            models.BooleanField(
                                default=False,
                                help_text="Sets the newsroom up and sees every desk.",
                                verbose_name="administrator",
                            ),
                        ),
                        (
                            "username",
                            models.CharField(
                                error_messages={"unique": "A user with that username already exists."},
                                help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                                max_length=150,
                                unique=True,
                                validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                                verbose_name="username",
                            ),
                        ),
                        ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                        ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                        (
                            "is_staff",
                            models.BooleanField(
                                default=False,
                                help_text="Nobody enters these pages without it.",
                                verbose_name="works in the admin",
                            ),
                        ),
                        (
                            "is_active",
                            models.BooleanField(
                                default=True,
                                help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                                verbose_name="active",
                            ),
                        ),
                        (
                            "date_joined",
                            models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                        ),
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
                            "shortcuts",
                            models.CharField(
                                choices=[
                                    ("on", "On: single keys act while you are not typing"),
                                    ("alt", "Only together with Alt"),
                                    ("off", "Off"),
                                ],
                                default="on",
                                max_length=3,
                                verbose_name="keyboard shortcuts",
                            ),
                        ),
                        (
                            "reading_size",
                            models.CharField(
                                choices=[("usual", "Usual"), ("large", "Larger"), ("largest", "Largest")],
                                default="usual",
                                max_length=7,
                                verbose_name="reading size",
                            ),
                        ),
                        (
                            "groups",
                            models.ManyToManyField(
                                blank=True,
                                help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.group",
                                verbose_name="groups",
                            ),
                        ),
                        (
                            "user_permissions",
                            models.ManyToManyField(
                                blank=True,
                                help_text="Specific permissions for this user.",
                                related_name="user_set",
                                related_query_name="user",
                                to="auth.permission",
                                verbose_name="user permissions",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "person",
                        "verbose_name_plural": "people",
                    },
                    managers=[
                        ("objects", django.contrib.auth.models.UserManager()),
                    ],
                ),
                migrations.CreateModel(
                    name="Article",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("canonical_url", models.CharField(blank=True, max_length=2000, verbose_name="link")),
                        ("headline", models.CharField(max_length=400, verbose_name="headline")),
                        (
                            "authors",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="authors",
                            ),
                        ),
                        ("language", models.CharField(max_length=16, verbose_name="language")),
                        ("published_at", models.DateTimeField(verbose_name="published")),
                        (
                            "published_raw",
                            models.CharField(blank=True, max_length=120, verbose_name="published, as written"),
                        ),
                        ("published_zone", models.CharField(max_length=64, verbose_name="time zone of publication")),
                        (
                            "published_known",
                            models.CharField(
                                choices=[
                                    ("given", "given with the article"),
                                    ("page", "read from the page"),
                                    ("entered", "entered by a person"),
                                ],
                                default="given",
                                max_length=8,
                                verbose_name="how known",
                            ),
                        ),
                        ("embargo_until", models.DateTimeField(blank=True, null=True, verbose_name="embargo until")),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="added")),
                        (
                            "desk",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                        (
                            "outlet",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="articles",
                                to="claims.source",
                                verbose_name="outlet",
                            ),
                        ),
                        (
                            "canceled_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="cancelled by its provider"),
                        ),
                        (
                            "untold",
                            models.BooleanField(
                                default=False,
                                editable=False,
                                verbose_name="its claims are still to be told that it was cancelled, or is usable again",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "article",
                        "ordering": ("-published_at", "-id"),
                        "indexes": [
                            models.Index(fields=["-published_at", "-id"], name="article_published"),
                            models.Index(condition=models.Q(("untold", True)), fields=["id"], name="article_untold"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("canonical_url", ""), _negated=True),
                                fields=("canonical_url",),
                                name="article_url_once",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("canonical_url", "")),
                                fields=("outlet", "headline", "published_at"),
                                name="article_without_link_once",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ArticleRevision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="number")),
                        ("text", models.TextField(verbose_name="text")),
                        ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                        ("fetched_at", models.DateTimeField(auto_now_add=True, verbose_name="kept")),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="claims.article",
                                verbose_name="article",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "article revision",
                        "ordering": ("article_id", "number"),
                        "constraints": [
                            models.UniqueConstraint(fields=("article", "number"), name="revision_number_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Claim",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("statement", models.TextField(max_length=1000, verbose_name="statement")),
                        ("short_text", models.CharField(blank=True, max_length=75, verbose_name="short text")),
                        ("language", models.CharField(max_length=16, verbose_name="language")),
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
                        ("priority", models.PositiveSmallIntegerField(default=3, verbose_name="priority")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("queued", "Queued"),
                                    ("in_review", "In review"),
                                    ("waiting", "Waiting"),
                                    ("second_opinion", "Second opinion"),
                                    ("decided", "Decided"),
                                    ("dismissed", "Dismissed"),
                                ],
                                default="proposed",
                                editable=False,
                                max_length=16,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "selection_reason",
                            models.CharField(blank=True, max_length=300, verbose_name="why it was selected"),
                        ),
                        ("round", models.PositiveIntegerField(default=1, verbose_name="round of review")),
                        ("review_due_at", models.DateTimeField(blank=True, null=True, verbose_name="review due")),
                        (
                            "first_review_due_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="first review due"),
                        ),
                        ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                        (
                            "confirm_from",
                            models.DateTimeField(blank=True, null=True, verbose_name="its own date, from"),
                        ),
                        ("confirm_by", models.DateTimeField(blank=True, null=True, verbose_name="its own date")),
                        (
                            "confirm_words",
                            models.CharField(blank=True, max_length=200, verbose_name="words of its own date"),
                        ),
                        (
                            "confirm_precision",
                            models.CharField(
                                blank=True,
                                choices=[("minute", "minute"), ("day", "day"), ("week", "week"), ("month", "month")],
                                max_length=6,
                                verbose_name="precision",
                            ),
                        ),
                        (
                            "confirm_zone",
                            models.CharField(blank=True, max_length=64, verbose_name="time zone of its own date"),
                        ),
                        (
                            "confirm_zone_basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("stated", "stated"),
                                    ("speaker", "the speaker's, assumed"),
                                    ("outlet", "the outlet's, assumed"),
                                    ("desk", "the desk's, assumed"),
                                ],
                                max_length=8,
                                verbose_name="whose time zone",
                            ),
                        ),
                        (
                            "confirm_counted_from",
                            models.DateTimeField(blank=True, null=True, verbose_name="counted from"),
                        ),
                        (
                            "confirm_read_by",
                            models.CharField(blank=True, max_length=200, verbose_name="who read the date"),
                        ),
                        (
                            "waiting_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("reply", "Waiting for a reply"),
                                    ("document", "Waiting for a document"),
                                    ("own_date", "Waiting for its own date"),
                                    ("other_claim", "Waiting for another claim"),
                                    ("other", "Waiting for something else"),
                                ],
                                max_length=12,
                                verbose_name="waiting for",
                            ),
                        ),
                        ("waiting_note", models.CharField(blank=True, max_length=300, verbose_name="what is awaited")),
                        ("waiting_until", models.DateTimeField(blank=True, null=True, verbose_name="waiting until")),
                        (
                            "waiting_from",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("queued", "Queued"),
                                    ("in_review", "In review"),
                                    ("waiting", "Waiting"),
                                    ("second_opinion", "Second opinion"),
                                    ("decided", "Decided"),
                                    ("dismissed", "Dismissed"),
                                ],
                                max_length=16,
                                verbose_name="state before waiting",
                            ),
                        ),
                        (
                            "dismissal_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("not_factual", "Not a factual claim"),
                                    ("undated_opinion", "Opinion or forecast without a date"),
                                    ("duplicate", "Duplicate of another claim"),
                                    ("off_subject", "Not about the article's subject"),
                                    ("uncheckable", "Cannot be checked with any source"),
                                    ("withdrawn_by_outlet", "Withdrawn by the outlet"),
                                    ("other", "Other"),
                                ],
                                max_length=20,
                                verbose_name="why dismissed",
                            ),
                        ),
                        (
                            "dismissal_note",
                            models.CharField(blank=True, max_length=300, verbose_name="about the dismissal"),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="added")),
                        ("updated_at", models.DateTimeField(verbose_name="last changed")),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        (
                            "search",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.contrib.postgres.search.SearchVector("statement", config="simple"),
                                output_field=django.contrib.postgres.search.SearchVectorField(),
                            ),
                        ),
                        (
                            "duplicate_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="duplicates",
                                to="claims.claim",
                                verbose_name="duplicate of",
                            ),
                        ),
                        (
                            "made_by_key",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claims_made",
                                to="claims.apikey",
                                verbose_name="sent by",
                            ),
                        ),
                        (
                            "made_by_user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claims_made",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="entered by",
                            ),
                        ),
                        (
                            "split_from",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="parts",
                                to="claims.claim",
                                verbose_name="split from",
                            ),
                        ),
                        (
                            "desk",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="claims",
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "claim",
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(fields=["state", "review_due_at", "id"], name="claim_due"),
                            models.Index(fields=["review_due_at", "id"], name="claim_by_due"),
                            models.Index(fields=["desk", "state"], name="claim_desk_state"),
                            models.Index(fields=["confirm_by", "id"], name="claim_own_date"),
                            models.Index(fields=["updated_at", "id"], name="claim_updated"),
                            models.Index(fields=["first_review_due_at"], name="claim_first_due"),
                            django.contrib.postgres.indexes.GinIndex(fields=["search"], name="claim_search"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "state__in",
                                        [
                                            "proposed",
                                            "queued",
                                            "in_review",
                                            "waiting",
                                            "second_opinion",
                                            "decided",
                                            "dismissed",
                                        ],
                                    )
                                ),
                                name="claim_state_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("priority__range", (1, 4))), name="claim_priority"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("statement", ""), _negated=True), name="claim_statement"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["dismissed", "proposed"]),
                                    models.Q(
                                        ("accepted_at__isnull", False),
                                        ("desk__isnull", False),
                                        ("review_due_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="claim_accepted_has_desk_and_due",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("confirm_by__isnull", True), ("confirm_from__isnull", True)),
                                    models.Q(
                                        ("confirm_by__gt", models.F("confirm_from")),
                                        models.Q(("confirm_precision", ""), _negated=True),
                                        models.Q(("confirm_zone", ""), _negated=True),
                                        models.Q(("confirm_zone_basis", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="claim_own_date_whole",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state", "waiting"),
                                        models.Q(("waiting_reason", ""), _negated=True),
                                        ("waiting_until__isnull", False),
                                    ),
                                    models.Q(
                                        models.Q(("state", "waiting"), _negated=True),
                                        ("waiting_reason", ""),
                                        ("waiting_until__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="claim_waiting_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "dismissed"), models.Q(("dismissal_reason", ""), _negated=True)),
                                    models.Q(models.Q(("state", "dismissed"), _negated=True), ("dismissal_reason", "")),
                                    _connector="OR",
                                ),
                                name="claim_dismissed_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("duplicate_of__isnull", True),
                                    models.Q(
                                        ("state", "dismissed"),
                                        models.Q(("duplicate_of", models.F("id")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="claim_repeats_another",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("split_from__isnull", True), ("split_from__lt", models.F("id")), _connector="OR"
                                ),
                                name="claim_split_from_earlier",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "question",
                            models.CharField(
                                choices=[("said", "Was it said?"), ("so", "Is it so?")],
                                max_length=4,
                                verbose_name="bears on",
                            ),
                        ),
                        (
                            "stance",
                            models.CharField(
                                choices=[
                                    ("supports", "Supports"),
                                    ("contradicts", "Contradicts"),
                                    ("context", "Context"),
                                ],
                                max_length=12,
                                verbose_name="stance",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("link", "Link"), ("file", "File"), ("note", "Note")],
                                max_length=4,
                                verbose_name="kind",
                            ),
                        ),
                        ("url", models.CharField(blank=True, max_length=2000, verbose_name="link")),
                        ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                        ("note", models.TextField(blank=True, max_length=4000, verbose_name="note")),
                        ("primary", models.BooleanField(default=False, verbose_name="primary source")),
                        ("why_secondary", models.CharField(blank=True, max_length=300, verbose_name="why not primary")),
                        (
                            "credibility",
                            models.PositiveSmallIntegerField(
                                blank=True,
                                null=True,
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(6),
                                ],
                                verbose_name="credibility 1–6",
                            ),
                        ),
                        (
                            "visibility",
                            models.CharField(
                                choices=[("public", "public"), ("internal", "internal"), ("protected", "protected")],
                                default="internal",
                                max_length=9,
                                verbose_name="visibility",
                            ),
                        ),
                        ("file_name", models.CharField(blank=True, max_length=200, verbose_name="file name")),
                        ("added_by", models.CharField(max_length=200, verbose_name="added by")),
                        ("added_at", models.DateTimeField(verbose_name="added")),
                        (
                            "used_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="first used by a verdict"),
                        ),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "added_by_user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence_added",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "derives_from",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="derived",
                                to="claims.evidence",
                                verbose_name="taken from",
                            ),
                        ),
                        (
                            "superseded_by",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="supersedes",
                                to="claims.evidence",
                                verbose_name="superseded by",
                            ),
                        ),
                        (
                            "snapshot",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="evidence",
                                to="claims.snapshot",
                                verbose_name="kept copy",
                            ),
                        ),
                        (
                            "copied_from",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="shared_as",
                                to="claims.evidence",
                                verbose_name="copied from",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "evidence",
                        "verbose_name_plural": "evidence",
                        "ordering": ("added_at", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind", "link"), models.Q(("url", ""), _negated=True)),
                                    models.Q(("kind", "file"), ("snapshot__isnull", False)),
                                    models.Q(("kind", "note"), models.Q(("note", ""), _negated=True)),
                                    _connector="OR",
                                ),
                                name="evidence_has_its_content",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("credibility__isnull", True), ("credibility__range", (1, 6)), _connector="OR"
                                ),
                                name="evidence_cred",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Heartbeat",
                    fields=[
                        (
                            "name",
                            models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="loop"),
                        ),
                        ("ran_at", models.DateTimeField(verbose_name="last ran")),
                        ("detail", models.JSONField(default=dict, verbose_name="detail")),
                    ],
                    options={
                        "verbose_name": "heartbeat",
                    },
                ),
                migrations.CreateModel(
                    name="Snapshot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                        ("size", models.PositiveBigIntegerField(verbose_name="bytes")),
                        ("media_type", models.CharField(max_length=120, verbose_name="media type")),
                        ("fetched_at", models.DateTimeField(auto_now_add=True, verbose_name="kept")),
                    ],
                    options={
                        "verbose_name": "snapshot",
                    },
                ),
                migrations.CreateModel(
                    name="Source",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        (
                            "aliases",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=200),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="aliases",
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("outlet", "outlet"),
                                    ("person", "person"),
                                    ("organisation", "organisation"),
                                    ("document", "document"),
                                    ("unnamed", "unnamed role"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "zone",
                            models.CharField(
                                blank=True,
                                max_length=64,
                                validators=[claims.models.zone.valid_zone],
                                verbose_name="time zone",
                            ),
                        ),
                        (
                            "reliability",
                            models.CharField(
                                choices=[
                                    ("A", "A – reliable"),
                                    ("B", "B – usually reliable"),
                                    ("C", "C – fairly reliable"),
                                    ("D", "D – not usually reliable"),
                                    ("E", "E – unreliable"),
                                    ("F", "F – cannot be judged"),
                                ],
                                default="F",
                                max_length=1,
                                verbose_name="reliability",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="claims.source",
                                verbose_name="belongs to",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "source",
                        "ordering": ("name", "id"),
                        "indexes": [
                            models.Index(django.db.models.functions.text.Lower("name"), name="source_name_lower"),
                            django.contrib.postgres.indexes.GinIndex(fields=["aliases"], name="source_aliases"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("name"),
                                condition=models.Q(("kind", "outlet")),
                                name="source_outlet_name_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Webhook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="name")),
                        ("url", models.CharField(max_length=2000, verbose_name="address")),
                        (
                            "types",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=40),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="events",
                            ),
                        ),
                        ("is_enabled", models.BooleanField(default=True, verbose_name="switched on")),
                        (
                            "off_code",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("gone", "Its receiver answered that it is gone (410)."),
                                    ("failing", "Nothing could be delivered for three days."),
                                    (
                                        "key_ended",
                                        "Its key was revoked, has expired or may no longer read the change feed.",
                                    ),
                                    (
                                        "secret_lost",
                                        "The site's SECRET_KEY was changed, so its secret is lost. Make a new one.",
                                    ),
                                ],
                                max_length=12,
                                verbose_name="why it was switched off",
                            ),
                        ),
                        ("off_at", models.DateTimeField(blank=True, null=True, verbose_name="switched off")),
                        ("salt", models.CharField(max_length=64)),
                        ("secret_sha256", models.CharField(max_length=64)),
                        ("old_salt", models.CharField(blank=True, max_length=64)),
                        ("old_until", models.DateTimeField(blank=True, null=True, verbose_name="former secret until")),
                        ("tx", models.BigIntegerField(default=0)),
                        ("event", models.BigIntegerField(default=0)),
                        ("failures", models.PositiveIntegerField(default=0, verbose_name="failures in a row")),
                        ("failing_since", models.DateTimeField(blank=True, null=True, verbose_name="failing since")),
                        ("error", models.CharField(blank=True, max_length=300, verbose_name="last failure")),
                        ("paused_until", models.DateTimeField(blank=True, null=True, verbose_name="left alone until")),
                        ("lease_until", models.DateTimeField(blank=True, null=True)),
                        ("served_at", models.DateTimeField(blank=True, null=True, verbose_name="last tried")),
                        ("delivered_at", models.DateTimeField(blank=True, null=True, verbose_name="last delivered")),
                        ("made_at", models.DateTimeField(verbose_name="made")),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="webhooks",
                                to="claims.apikey",
                                verbose_name="key",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="webhooks",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="made by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook",
                        "ordering": ("name", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("is_enabled", False),
                                    models.Q(("off_at__isnull", True), ("off_code", "")),
                                    _connector="OR",
                                ),
                                name="webhook_on_or_off",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebhookDelivery",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("claim", models.BigIntegerField(null=True, verbose_name="claim")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("delivered", "Delivered"),
                                    ("failed", "Given up"),
                                    ("withheld", "Withheld"),
                                ],
                                default="waiting",
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        ("made_at", models.DateTimeField(verbose_name="made")),
                        ("next_attempt_at", models.DateTimeField(verbose_name="next attempt")),
                        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                        ("replays", models.PositiveIntegerField(default=0, verbose_name="sent again")),
                        ("tried_at", models.DateTimeField(null=True, verbose_name="last attempt")),
                        ("delivered_at", models.DateTimeField(null=True, verbose_name="first delivered")),
                        ("status", models.PositiveSmallIntegerField(null=True, verbose_name="HTTP status")),
                        ("milliseconds", models.PositiveIntegerField(null=True, verbose_name="took, ms")),
                        ("code", models.CharField(blank=True, max_length=40, verbose_name="why it failed")),
                        ("answer", models.CharField(blank=True, max_length=1000, verbose_name="first of the answer")),
                        ("earlier", models.JSONField(default=list, verbose_name="earlier attempts")),
                        (
                            "event",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.claimevent",
                                verbose_name="event",
                            ),
                        ),
                        (
                            "webhook",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="deliveries",
                                to="claims.webhook",
                                verbose_name="webhook",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "webhook delivery",
                        "verbose_name_plural": "webhook deliveries",
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")),
                                fields=["webhook", "event"],
                                name="delivery_waiting",
                            ),
                            models.Index(
                                condition=models.Q(("attempts__gt", 0), ("state", "waiting")),
                                fields=["webhook", "claim", "event"],
                                name="delivery_held_back",
                            ),
                            models.Index(fields=["webhook", "-id"], name="delivery_log"),
                            models.Index(
                                condition=models.Q(("state", "waiting"), _negated=True),
                                fields=["made_at"],
                                name="delivery_age",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("webhook", "event"), name="delivery_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("claim__isnull", True), ("event__isnull", True)),
                                    models.Q(("claim__isnull", False), ("event__isnull", False)),
                                    _connector="OR",
                                ),
                                name="delivery_names_its_claim",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "delivered"), _negated=True),
                                    models.Q(("delivered_at__isnull", False), ("status__range", (200, 299))),
                                    _connector="OR",
                                ),
                                name="delivery_arrived_with_2xx",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FeedSecret",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="feed_secret",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="person",
                            ),
                        ),
                        ("secret_sha256", models.CharField(max_length=64, verbose_name="hashed secret")),
                        ("made_at", models.DateTimeField(verbose_name="made")),
                    ],
                    options={
                        "verbose_name": "secret of own feeds",
                        "verbose_name_plural": "secrets of own feeds",
                    },
                ),
                migrations.CreateModel(
                    name="ApiKey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("secret_sha256", models.CharField(max_length=64, verbose_name="hashed secret")),
                        (
                            "scopes",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("claims:read", "Read articles and claims"),
                                        ("claims:write", "Add articles and claims"),
                                        ("claims:triage", "Accept proposed claims"),
                                        ("evidence:write", "Add evidence"),
                                        ("events:read", "Read the change feed"),
                                        ("webhooks:manage", "Keep its webhooks"),
                                        ("setup:manage", "Keep the newsroom’s set-up"),
                                    ],
                                    max_length=24,
                                ),
                                default=list,
                                size=None,
                                verbose_name="scopes",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="made")),
                        ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                        ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                        ("last_used_at", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                        (
                            "created_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="made by",
                            ),
                        ),
                        (
                            "former_sha256",
                            models.CharField(blank=True, max_length=64, verbose_name="hashed former secret"),
                        ),
                        (
                            "former_until",
                            models.DateTimeField(blank=True, null=True, verbose_name="former secret opens until"),
                        ),
                        (
                            "desks",
                            models.ManyToManyField(
                                blank=True,
                                help_text="No desk means every desk.",
                                to="claims.desk",
                                verbose_name="desks",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "API key",
                        "ordering": ("name", "id"),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("former_sha256", ""), ("former_until__isnull", True)),
                                    models.Q(
                                        models.Q(("former_sha256", ""), _negated=True), ("former_until__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="apikey_former_secret_whole",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Following",
                    fields=[
                        (
                            "revision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="following",
                                serialize=False,
                                to="claims.articlerevision",
                            ),
                        ),
                        ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="asked for")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                    ],
                    options={
                        "verbose_name": "following of quotes",
                        "verbose_name_plural": "followings of quotes",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("finished_at__isnull", True)),
                                fields=["revision"],
                                name="following_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Appearance",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("exact", models.TextField(verbose_name="quote")),
                        ("prefix", models.CharField(blank=True, max_length=64, verbose_name="before")),
                        ("suffix", models.CharField(blank=True, max_length=64, verbose_name="after")),
                        ("start", models.PositiveIntegerField(verbose_name="start")),
                        ("end", models.PositiveIntegerField(verbose_name="end")),
                        (
                            "hedge_words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="hedge",
                            ),
                        ),
                        ("hedge_kind", models.CharField(default="none", max_length=20, verbose_name="hedge kind")),
                        (
                            "hedge_low",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="likelihood from, percent"
                            ),
                        ),
                        (
                            "hedge_high",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="likelihood to, percent"
                            ),
                        ),
                        ("hedge_scale", models.CharField(blank=True, max_length=20, verbose_name="likelihood scale")),
                        ("is_first", models.BooleanField(default=True, verbose_name="first appearance")),
                        (
                            "revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appearances",
                                to="claims.articlerevision",
                                verbose_name="revision",
                            ),
                        ),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appearances",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "appearance",
                        "ordering": ("id",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("claim", "revision", "start", "end"), name="appearance_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("is_first", True)), fields=("claim",), name="appearance_first_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("end__gt", models.F("start"))), name="appearance_span"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "end",
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("start"), "+", django.db.models.functions.text.Length("exact")
                                        ),
                                    )
                                ),
                                name="appearance_exact_length",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ChainStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("order", models.PositiveSmallIntegerField(verbose_name="order")),
                        ("verb", models.CharField(blank=True, max_length=120, verbose_name="verb as printed")),
                        ("named", models.BooleanField(default=True, verbose_name="named")),
                        ("on_record", models.BooleanField(blank=True, null=True, verbose_name="on record")),
                        ("implied", models.BooleanField(default=False, verbose_name="implied")),
                        ("link", models.CharField(blank=True, max_length=2000, verbose_name="link")),
                        ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                        (
                            "appearance",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="chain",
                                to="claims.appearance",
                                verbose_name="appearance",
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="claims.source",
                                verbose_name="source",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "step of the chain",
                        "ordering": ("appearance_id", "order"),
                        "constraints": [
                            models.UniqueConstraint(fields=("appearance", "order"), name="chain_order_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("source__isnull", False), models.Q(("note", ""), _negated=True), _connector="OR"
                                ),
                                name="chain_step_says_something",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimHead",
                    fields=[
                        (
                            "claim",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="head",
                                serialize=False,
                                to="claims.claim",
                            ),
                        ),
                        ("event_seq", models.PositiveIntegerField(default=0)),
                        ("hash", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "verbose_name": "claim head",
                    },
                ),
                migrations.CreateModel(
                    name="Cancellation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("canceled_at", models.DateTimeField(verbose_name="cancelled by its provider")),
                        ("found_at", models.DateTimeField(verbose_name="found")),
                        ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="usable again")),
                        ("noted_at", models.DateTimeField(blank=True, null=True, verbose_name="noted")),
                        ("noted_by", models.CharField(blank=True, max_length=200, verbose_name="noted by")),
                        ("note", models.CharField(blank=True, max_length=600, verbose_name="note")),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cancellations",
                                to="claims.article",
                                verbose_name="article",
                            ),
                        ),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="cancellations",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "noted_by_user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "cancelled article",
                        "ordering": ("id",),
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("claim", "article", "canceled_at"), name="cancellation_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("note", ""),
                                        ("noted_at__isnull", True),
                                        ("noted_by", ""),
                                        ("noted_by_user__isnull", True),
                                    ),
                                    models.Q(
                                        ("noted_at__isnull", False),
                                        ("noted_by_user__isnull", False),
                                        models.Q(("noted_by", ""), _negated=True),
                                        models.Q(("note", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="cancellation_noted_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Alarm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("late", "Late"),
                                    ("due_soon", "Due soon"),
                                    ("date_passed", "Date passed, unconfirmed"),
                                    ("date_near", "Its date is near"),
                                    ("wait_over", "Wait is over"),
                                    ("ladder_due", "Next step to review due"),
                                    ("ladder_date", "Next step to its own date"),
                                ],
                                max_length=12,
                            ),
                        ),
                        ("moment", models.DateTimeField()),
                        ("wake_at", models.DateTimeField()),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("set_aside", models.BooleanField(default=False)),
                        ("error", models.TextField(blank=True)),
                        (
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="alarms",
                                to="claims.claim",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "alarm",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("set_aside", False)), fields=["wake_at", "id"], name="alarm_next"
                            ),
                            models.Index(condition=models.Q(("attempts__gt", 0)), fields=["claim"], name="alarm_tried"),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("claim", "kind"), name="alarm_once")],
                    },
                ),
                migrations.CreateModel(
                    name="ClaimEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("seq", models.PositiveIntegerField(verbose_name="number in claim")),
                        ("type", models.CharField(max_length=40, verbose_name="what")),
                        (
                            "actor_kind",
                            models.CharField(
                                choices=[("person", "person"), ("key", "key"), ("rule", "rule")],
                                max_length=6,
                                verbose_name="kind of actor",
                            ),
                        ),
                        ("actor_id", models.BigIntegerField(blank=True, null=True, verbose_name="actor's number")),
                        ("actor_name", models.CharField(max_length=200, verbose_name="who")),
                        (
                            "from_state",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("queued", "Queued"),
                                    ("in_review", "In review"),
                                    ("waiting", "Waiting"),
                                    ("second_opinion", "Second opinion"),
                                    ("decided", "Decided"),
                                    ("dismissed", "Dismissed"),
                                ],
                                max_length=16,
                                verbose_name="from",
                            ),
                        ),
                        (
                            "to_state",
                            models.CharField(
                                choices=[
                                    ("proposed", "Proposed"),
                                    ("queued", "Queued"),
                                    ("in_review", "In review"),
                                    ("waiting", "Waiting"),
                                    ("second_opinion", "Second opinion"),
                                    ("decided", "Decided"),
                                    ("dismissed", "Dismissed"),
                                ],
                                max_length=16,
                                verbose_name="to",
                            ),
                        ),
                        ("occurred_at", models.DateTimeField(verbose_name="when it became true")),
                        ("recorded_at", models.DateTimeField(verbose_name="when it was noticed")),
                        ("body", models.TextField(verbose_name="hashed text")),
                        ("prev_hash", models.CharField(blank=True, max_length=64, verbose_name="hash before")),
                        ("hash", models.CharField(max_length=64, verbose_name="hash")),
                        (
                            "tx",
                            models.BigIntegerField(
                                db_default=claims.models.event.TransactionNumber(), verbose_name="transaction"
                            ),
                        ),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event",
                        "ordering": ("claim_id", "seq"),
                        "indexes": [
                            models.Index(fields=["tx", "id"], name="event_feed"),
                            models.Index(fields=["-recorded_at", "-id"], name="event_latest"),
                            models.Index(
                                condition=models.Q(("actor_kind", "person")),
                                fields=["actor_id", "-recorded_at"],
                                name="event_by_person",
                            ),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("claim", "seq"), name="event_seq_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Desk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        ("key", models.SlugField(max_length=40, unique=True, verbose_name="key")),
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
                            "due_hours_1",
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
                            "due_hours_2",
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
                            "due_hours_3",
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
                            "due_hours_4",
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
                            "minimum_minutes",
                            models.PositiveIntegerField(
                                default=60,
                                validators=[django.core.validators.MaxValueValidator(129600)],
                                verbose_name="least minutes to review due",
                            ),
                        ),
                        (
                            "warning_hours",
                            models.PositiveIntegerField(
                                default=8,
                                validators=[django.core.validators.MaxValueValidator(2160)],
                                verbose_name="hours of warning before review due",
                            ),
                        ),
                        (
                            "min_origins",
                            models.PositiveSmallIntegerField(
                                default=2,
                                validators=[django.core.validators.MinValueValidator(1)],
                                verbose_name="distinct origins for confirmed and refuted",
                            ),
                        ),
                        (
                            "makers_may_review",
                            models.BooleanField(default=False, verbose_name="people may review claims they entered"),
                        ),
                    ],
                    options={
                        "verbose_name": "desk",
                        "ordering": ("name",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("min_origins__gte", 1)), name="desk_min_origins_positive"
                            ),
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("name"), name="desk_name_once"
                            ),
                            models.UniqueConstraint(django.db.models.functions.text.Lower("key"), name="desk_key_once"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Escalation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "track",
                            models.CharField(
                                choices=[("review_due", "review due"), ("own_date", "its own date")], max_length=10
                            ),
                        ),
                        ("date", models.DateTimeField()),
                        ("step", models.CharField(max_length=20)),
                        ("nth", models.PositiveIntegerField(default=1)),
                        ("name", models.CharField(max_length=60)),
                        (
                            "tell",
                            models.CharField(
                                choices=[("reviewer", "reviewer"), ("editor", "desk editor")], max_length=8
                            ),
                        ),
                        (
                            "act",
                            models.CharField(
                                choices=[("tell", "tell"), ("offer", "offer it"), ("return", "return to pool")],
                                max_length=6,
                            ),
                        ),
                        ("moment", models.DateTimeField()),
                        ("taken_at", models.DateTimeField()),
                        ("acted_at", models.DateTimeField(blank=True, null=True)),
                        ("result", models.CharField(blank=True, max_length=80)),
                        (
                            "claim",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="escalations",
                                to="claims.claim",
                            ),
                        ),
                        (
                            "desk",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.desk",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "escalation",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("act", "return"), ("acted_at__isnull", True)),
                                fields=["id"],
                                name="escalation_to_do",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("claim", "desk", "track", "date", "step", "nth"), name="escalation_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("taken_at__gt", models.F("moment"))), name="escalation_not_early"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Fetch",
                    fields=[
                        (
                            "evidence",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="fetch",
                                serialize=False,
                                to="claims.evidence",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Reading the page…"),
                                    ("kept", "Copy kept"),
                                    ("failed", "The page did not open"),
                                    ("gone", "The link no longer opens; its copy is kept"),
                                    ("unasked", "Not read, because the item is protected"),
                                    ("example", "An address for examples: there is no page to read"),
                                ],
                                default="waiting",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        ("next_attempt_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                        ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="asked for by hand")),
                        ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="last looked")),
                        ("failing_since", models.DateTimeField(blank=True, null=True, verbose_name="failing since")),
                        ("compared", models.PositiveIntegerField(default=1, verbose_name="compared up to copy")),
                        ("code", models.CharField(blank=True, max_length=40, verbose_name="why it failed")),
                        (
                            "sentence",
                            models.CharField(blank=True, max_length=300, verbose_name="why it failed, in words"),
                        ),
                    ],
                    options={
                        "verbose_name": "reading of a link",
                        "verbose_name_plural": "readings of links",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_attempt_at__isnull", False)),
                                fields=["next_attempt_at"],
                                name="fetch_next_attempt",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("state", "waiting"), ("next_attempt_at", models.F("asked_at")), _connector="OR"
                                ),
                                fields=["next_attempt_at"],
                                name="fetch_awaited",
                            ),
                            models.Index(
                                condition=models.Q(("next_attempt_at__isnull", False), ("state", "failed")),
                                fields=["next_attempt_at"],
                                name="fetch_failed",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "waiting"), _negated=True),
                                    ("next_attempt_at__isnull", False),
                                    _connector="OR",
                                ),
                                name="fetch_waits_for_a_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Decision",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="number")),
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
                        (
                            "exception_reason",
                            models.CharField(
                                blank=True, max_length=300, verbose_name="why fewer origins were accepted"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(verbose_name="decided")),
                        (
                            "correction_class",
                            models.CharField(
                                blank=True,
                                choices=[("minor", "Minor"), ("update", "Update"), ("substantial", "Substantial")],
                                max_length=12,
                                verbose_name="correction",
                            ),
                        ),
                        ("correction_note", models.CharField(blank=True, max_length=600, verbose_name="what changed")),
                        ("standing", models.BooleanField(default=True, verbose_name="stands")),
                        ("published_at", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                        ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                        ("withdrawn_note", models.CharField(blank=True, max_length=600, verbose_name="why withdrawn")),
                        ("is_demo", models.BooleanField(default=False, verbose_name="demo")),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="decisions",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                        (
                            "supersedes",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="superseded_by",
                                to="claims.decision",
                                verbose_name="supersedes",
                            ),
                        ),
                        ("recorded_at", models.DateTimeField(verbose_name="recorded")),
                        (
                            "replaced_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="replaced by a later publication"),
                        ),
                        (
                            "evidence",
                            models.ManyToManyField(blank=True, related_name="decisions", to="claims.evidence"),
                        ),
                    ],
                    options={
                        "verbose_name": "decision",
                        "ordering": ("claim_id", "number"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("standing", True)), fields=["decided_at"], name="decision_latest"
                            ),
                            models.Index(
                                models.OrderBy(
                                    django.db.models.functions.comparison.Coalesce("withdrawn_at", "published_at"),
                                    descending=True,
                                ),
                                models.OrderBy(models.F("id"), descending=True),
                                condition=models.Q(("published_at__isnull", False)),
                                name="decision_told_last",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("claim", "number"), name="decision_number_once"),
                            models.UniqueConstraint(
                                condition=models.Q(("standing", True)), fields=("claim",), name="decision_standing_once"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("published_at__isnull", False),
                                    ("replaced_at__isnull", True),
                                    ("withdrawn_at__isnull", True),
                                ),
                                fields=("claim",),
                                name="decision_public_once",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("published_at__isnull", False),
                                    models.Q(("replaced_at__isnull", True), ("withdrawn_at__isnull", True)),
                                    _connector="OR",
                                ),
                                name="decision_ends_what_was_public",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("withdrawn_at__isnull", True), ("withdrawn_note", "")),
                                    models.Q(
                                        ("replaced_at__isnull", True),
                                        ("withdrawn_at__isnull", False),
                                        models.Q(("withdrawn_note", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="decision_withdrawn_says_why",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("correction_class", ""), ("correction_note", "")),
                                    models.Q(
                                        models.Q(("correction_class", ""), _negated=True),
                                        models.Q(("correction_note", ""), _negated=True),
                                        ("published_at__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="decision_correction_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="FileCheck",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("began_at", models.DateTimeField(verbose_name="began")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished")),
                        (
                            "lease_until",
                            models.DateTimeField(blank=True, null=True, verbose_name="somebody is at it until"),
                        ),
                        ("upto", models.BigIntegerField(default=0, verbose_name="read up to")),
                        ("files", models.PositiveBigIntegerField(default=0, verbose_name="files")),
                        ("bytes", models.PositiveBigIntegerField(default=0, verbose_name="bytes")),
                        ("missing", models.JSONField(blank=True, default=list, verbose_name="missing")),
                        ("differing", models.JSONField(blank=True, default=list, verbose_name="different")),
                    ],
                    options={
                        "verbose_name": "check of kept files",
                        "verbose_name_plural": "checks of kept files",
                        "ordering": ("-began_at", "-id"),
                        "constraints": [
                            models.UniqueConstraint(
                                models.Value(1),
                                condition=models.Q(("finished_at__isnull", True)),
                                name="file_check_one_at_a_time",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Flag",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("late", "Late"),
                                    ("due_soon", "Due soon"),
                                    ("split", "Reviewers disagree"),
                                    ("date_passed", "Date passed, unconfirmed"),
                                    ("source_changed", "A source has changed"),
                                    ("unroutable", "Nobody can take this"),
                                    ("away", "Reviewer is away"),
                                    ("idle", "No activity for 2 days"),
                                    ("evidence_gone", "A link no longer opens"),
                                    ("date_near", "Its date is near"),
                                ],
                                max_length=20,
                                verbose_name="kind",
                            ),
                        ),
                        ("moment", models.DateTimeField(verbose_name="the moment that passed")),
                        ("raised_at", models.DateTimeField(verbose_name="raised")),
                        ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                        ("cleared_at", models.DateTimeField(blank=True, null=True, verbose_name="cleared")),
                        ("cleared_by", models.CharField(blank=True, max_length=40, verbose_name="cleared by")),
                        (
                            "claim",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="flag_log",
                                to="claims.claim",
                                verbose_name="claim",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "flag",
                        "ordering": ("-raised_at", "-id"),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("cleared_at__isnull", True)),
                                fields=["kind", "-raised_at"],
                                name="flag_standing",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(fields=("claim", "kind", "moment"), name="flag_once"),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("kind__in", ["date_near", "date_passed", "due_soon", "late"]), _negated=True
                                    ),
                                    ("raised_at__gt", models.F("moment")),
                                    _connector="OR",
                                ),
                                name="flag_not_early",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeyEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("made", "made"),
                                    ("changed", "changed"),
                                    ("rotated", "given a new secret"),
                                    ("revoked", "revoked"),
                                ],
                                max_length=8,
                                verbose_name="what was done",
                            ),
                        ),
                        (
                            "actor_kind",
                            models.CharField(
                                choices=[("person", "person"), ("key", "key"), ("rule", "rule")],
                                max_length=8,
                                verbose_name="kind of actor",
                            ),
                        ),
                        ("actor_id", models.BigIntegerField(blank=True, null=True, verbose_name="number of the actor")),
                        ("actor_name", models.CharField(max_length=200, verbose_name="who did it")),
                        ("says", models.JSONField(verbose_name="the key afterwards")),
                        (
                            "recorded_at",
                            models.DateTimeField(db_default=claims.models.event.DatabaseClock(), verbose_name="when"),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="events",
                                to="claims.apikey",
                                verbose_name="key",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event of a key",
                        "verbose_name_plural": "events of keys",
                        "ordering": ("id",),
                    },
                ),
                migrations.CreateModel(
                    name="Ladder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, editable=False, verbose_name="version")),
                        ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                        ("pass_from", models.DateTimeField(editable=False, null=True)),
                        ("pass_to", models.BigIntegerField(default=0, editable=False)),
                        ("followed_at", models.DateTimeField(editable=False, null=True)),
                        (
                            "desk",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="ladder",
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "escalation ladder",
                        "ordering": ("desk__name",),
                    },
                ),
                migrations.CreateModel(
                    name="LadderStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=20, verbose_name="key")),
                        (
                            "name",
                            models.CharField(
                                help_text="As the timeline shows it: “1 h late”.", max_length=60, verbose_name="name"
                            ),
                        ),
                        (
                            "track",
                            models.CharField(
                                choices=[("review_due", "review due"), ("own_date", "its own date")],
                                default="review_due",
                                max_length=10,
                                verbose_name="counted from",
                            ),
                        ),
                        ("minutes", models.IntegerField(help_text="Negative: before.", verbose_name="minutes after")),
                        (
                            "every_minutes",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="Minutes; empty: once.",
                                null=True,
                                validators=[django.core.validators.MinValueValidator(60)],
                                verbose_name="then every",
                            ),
                        ),
                        (
                            "tell",
                            models.CharField(
                                choices=[("reviewer", "reviewer"), ("editor", "desk editor")],
                                default="reviewer",
                                max_length=8,
                                verbose_name="tells",
                            ),
                        ),
                        (
                            "act",
                            models.CharField(
                                choices=[("tell", "tell"), ("offer", "offer it"), ("return", "return to pool")],
                                default="tell",
                                max_length=6,
                                verbose_name="does",
                            ),
                        ),
                        (
                            "since",
                            models.DateTimeField(
                                default=datetime.datetime(1900, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                editable=False,
                            ),
                        ),
                        (
                            "ladder",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="claims.ladder"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "step of the ladder",
                        "verbose_name_plural": "steps of the ladder",
                        "ordering": ("track", "minutes", "id"),
                        "constraints": [models.UniqueConstraint(fields=("ladder", "key"), name="ladder_step_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "role",
                            models.CharField(
                                choices=[("reviewer", "reviewer"), ("editor", "editor")],
                                max_length=12,
                                verbose_name="role",
                            ),
                        ),
                        ("can_triage", models.BooleanField(default=False, verbose_name="may triage proposed claims")),
                        (
                            "desk",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to="claims.desk",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="memberships",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "desk membership",
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "desk", "role"), name="membership_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NewsItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uri", models.CharField(max_length=500, unique=True, verbose_name="uri")),
                        ("version", models.CharField(blank=True, max_length=64, verbose_name="version")),
                        ("versioned_at", models.DateTimeField(blank=True, null=True, verbose_name="version made")),
                        ("taken_at", models.DateTimeField(verbose_name="taken in")),
                        (
                            "article",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="items",
                                to="claims.article",
                                verbose_name="article",
                            ),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.apikey",
                                verbose_name="key",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "news item",
                    },
                ),
                migrations.CreateModel(
                    name="Operation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("url", models.CharField(max_length=2000, verbose_name="link")),
                        ("told", models.JSONField(blank=True, default=dict, verbose_name="given with it")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "Waiting"),
                                    ("running", "Running"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                ],
                                default="queued",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[
                                    ("fetch", "Fetch the page"),
                                    ("read", "Read its text"),
                                    ("keep", "Keep the article"),
                                ],
                                default="fetch",
                                max_length=8,
                                verbose_name="step",
                            ),
                        ),
                        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                        ("next_attempt_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                        ("failures", models.JSONField(blank=True, default=list, verbose_name="what went wrong")),
                        ("notes", models.JSONField(blank=True, default=list, verbose_name="what was assumed")),
                        ("is_new", models.BooleanField(default=False, verbose_name="the article is new")),
                        ("is_new_text", models.BooleanField(default=False, verbose_name="its text is new")),
                        ("asked_at", models.DateTimeField(verbose_name="asked")),
                        ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="begun")),
                        ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                        ("told_at", models.DateTimeField(blank=True, null=True, verbose_name="failure told")),
                        (
                            "desk",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                to="claims.desk",
                                verbose_name="desk",
                            ),
                        ),
                        (
                            "key",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="operations",
                                to="claims.apikey",
                                verbose_name="key",
                            ),
                        ),
                        (
                            "made_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="operations",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="asked by",
                            ),
                        ),
                        (
                            "revision",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="claims.articlerevision",
                                verbose_name="text",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "import",
                        "ordering": ("-id",),
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_attempt_at__isnull", False)),
                                fields=["next_attempt_at"],
                                name="operation_next_attempt",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("made_by__isnull", False), ("state", "failed"), ("told_at__isnull", True)
                                ),
                                fields=["id"],
                                name="operation_untold",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("key__isnull", True), ("made_by__isnull", False)),
                                    models.Q(("key__isnull", False), ("made_by__isnull", True)),
                                    _connector="OR",
                                ),
                                name="operation_has_one_maker",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("finished_at__isnull", False),
                                        ("next_attempt_at__isnull", True),
                                        ("state__in", ("done", "failed")),
                                    ),
                                    models.Q(
                                        ("finished_at__isnull", True),
                                        ("next_attempt_at__isnull", False),
                                        ("state__in", ("queued", "running")),
                                    ),
                                    _connector="OR",
                                ),
                                name="operation_ends",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("revision__isnull", False), ("state", "done")),
                                    models.Q(models.Q(("state", "done"), _negated=True), ("revision__isnull", True)),
                                    _connector="OR",
                                ),
                                name="operation_done_has_article",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Publication",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("told", models.JSONField(verbose_name="told")),
                        (
                            "decision",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="publication",
                                to="claims.decision",
                                verbose_name="decision",
                            ),
                        ),
                        (
                            "search",
                            models.GeneratedField(
                                db_persist=True,
                                expression=django.contrib.postgres.search.SearchVector(
                                    django.db.models.fields.json.KeyTextTransform("statement", "told"), config="simple"
                                ),
                                output_field=django.contrib.postgres.search.SearchVectorField(),
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "publication",
                        "ordering": ("id",),
                        "indexes": [
                            django.contrib.postgres.indexes.GinIndex(fields=["search"], name="publication_search")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RepeatableCall",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("caller", models.CharField(max_length=40)),
                        ("key", models.CharField(max_length=255)),
                        ("fingerprint", models.CharField(max_length=64)),
                        ("status", models.PositiveSmallIntegerField()),
                        ("headers", models.JSONField(default=dict)),
                        ("body", models.TextField(default="null")),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
                    ],
                    options={
                        "verbose_name": "repeatable call",
                        "indexes": [models.Index(fields=["created_at"], name="repeatable_call_age")],
                        "constraints": [models.UniqueConstraint(fields=("caller", "key"), name="repeatable_call_once")],
                    },
                ),
                migrations.CreateModel(
                    name="RevisedPassage",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "fate",
                            models.CharField(
                                choices=[
                                    ("same", "Reads as quoted"),
                                    ("beside", "The words next to the quote have changed"),
                                    ("moved", "The quoted words stand in another place"),
                                    ("changed", "The quoted words have changed"),
                                    ("gone", "The quoted words are gone"),
                                ],
                                max_length=8,
                                verbose_name="what became of it",
                            ),
                        ),
                        ("before_start", models.PositiveIntegerField(verbose_name="start of the passage")),
                        ("before_end", models.PositiveIntegerField(verbose_name="end of the passage")),
                        (
                            "after_start",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="start in the later text"),
                        ),
                        (
                            "after_end",
                            models.PositiveIntegerField(blank=True, null=True, verbose_name="end in the later text"),
                        ),
                        ("found_at", models.DateTimeField(verbose_name="found")),
                        ("noted_at", models.DateTimeField(blank=True, null=True, verbose_name="compared")),
                        ("noted_by", models.CharField(blank=True, max_length=200, verbose_name="compared by")),
                        ("note", models.CharField(blank=True, max_length=600, verbose_name="note")),
                        (
                            "appearance",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revised",
                                to="claims.appearance",
                                verbose_name="appearance",
                            ),
                        ),
                        (
                            "noted_by_user",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="passages_compared",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "revision",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="passages",
                                to="claims.articlerevision",
                                verbose_name="later text",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "revised passage",
                        "ordering": ("id",),
                        "constraints": [
                            models.UniqueConstraint(fields=("appearance", "revision"), name="passage_once"),
                            models.CheckConstraint(
                                condition=models.Q(("before_end__gt", models.F("before_start"))), name="passage_span"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("after_end__isnull", True), ("after_start__isnull", True), ("fate", "gone")
                                    ),
                                    models.Q(
                                        models.Q(("fate", "gone"), _negated=True),
                                        ("after_end__gt", models.F("after_start")),
                                        ("after_start__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="passage_gone_or_somewhere",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("note", ""),
                                        ("noted_at__isnull", True),
                                        ("noted_by", ""),
                                        ("noted_by_user__isnull", True),
                                    ),
                                    models.Q(
                                        ("noted_at__isnull", False),
                                        ("noted_by_user__isnull", False),
                                        models.Q(("noted_by", ""), _negated=True),
                                        models.Q(("note", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="passage_noted_whole",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SetUpEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "step",
                            models.CharField(
                                choices=[("made", "made"), ("changed", "changed")],
                                max_length=8,
                                verbose_name="what was done",
                            ),
                        ),
                        (
                            "actor_kind",
                            models.CharField(
                                choices=[("person", "person"), ("key", "key"), ("rule", "rule")],
                                max_length=8,
                                verbose_name="kind of actor",
                            ),
                        ),
                        ("actor_id", models.BigIntegerField(blank=True, null=True, verbose_name="number of the actor")),
                        ("actor_name", models.CharField(max_length=200, verbose_name="who did it")),
                        ("changes", models.JSONField(verbose_name="what changed")),
                        ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                        (
                            "recorded_at",
                            models.DateTimeField(db_default=claims.models.event.DatabaseClock(), verbose_name="when"),
                        ),
                        (
                            "desk",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="set_up_events",
                                to="claims.desk",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="set_up_events",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="set_up_events",
                                to="claims.source",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "change of the set-up",
                        "verbose_name_plural": "changes of the set-up",
                        "ordering": ("id",),
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("desk__isnull", True), ("person__isnull", True), ("source__isnull", False)
                                    ),
                                    models.Q(
                                        ("desk__isnull", False), ("person__isnull", True), ("source__isnull", True)
                                    ),
                                    models.Q(
                                        ("desk__isnull", True), ("person__isnull", False), ("source__isnull", True)
                                    ),
                                    _connector="OR",
                                ),
                                name="setupevent_of_one_thing",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StampRequest",
                    fields=[
                        (
                            "snapshot",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="stamp_request",
                                serialize=False,
                                to="claims.snapshot",
                            ),
                        ),
                        ("next_attempt_at", models.DateTimeField(blank=True, null=True, verbose_name="next attempt")),
                        ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                        ("code", models.CharField(blank=True, max_length=40, verbose_name="why it failed")),
                    ],
                    options={
                        "verbose_name": "request for a signed time",
                        "verbose_name_plural": "requests for a signed time",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("next_attempt_at__isnull", False)),
                                fields=["next_attempt_at"],
                                name="stamp_next_attempt",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TimeStamp",
                    fields=[
                        (
                            "snapshot",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="timestamp",
                                serialize=False,
                                to="claims.snapshot",
                            ),
                        ),
                        ("authority", models.CharField(max_length=2000, verbose_name="authority")),
                        ("stamped_at", models.DateTimeField(verbose_name="signed time")),
                        ("token", models.BinaryField(verbose_name="token")),
                        ("kept_at", models.DateTimeField(verbose_name="kept")),
                    ],
                    options={
                        "verbose_name": "signed time",
                        "verbose_name_plural": "signed times",
                    },
                ),
                migrations.CreateModel(
                    name="Copy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="number")),
                        ("url", models.CharField(max_length=4000, verbose_name="found at")),
                        ("status", models.PositiveSmallIntegerField(verbose_name="HTTP status")),
                        ("headers", models.JSONField(default=list, verbose_name="headers")),
                        ("media_type", models.CharField(max_length=120, verbose_name="media type")),
                        ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                        ("text", models.TextField(blank=True, verbose_name="text")),
                        ("fetched_at", models.DateTimeField(verbose_name="read")),
                        (
                            "evidence",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="copies",
                                to="claims.evidence",
                                verbose_name="evidence",
                            ),
                        ),
                        (
                            "snapshot",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="copies",
                                to="claims.snapshot",
                                verbose_name="bytes",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "kept copy",
                        "verbose_name_plural": "kept copies",
                        "ordering": ("evidence_id", "number"),
                        "constraints": [
                            models.UniqueConstraint(fields=("evidence", "number"), name="copy_number_once")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="snapshot",
                    trigger=pgtrigger.compiler.Trigger(
                        name="snapshot_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="ff2b2d5e3a80674f202d13d1cf0556bc147f7bcd",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_snapshot_append_only_c65f4",
                            table="claims_snapshot",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="snapshot",
                    trigger=pgtrigger.compiler.Trigger(
                        name="snapshot_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: snapshot rows are append-only'; END IF; RETURN NULL;",
                            hash="1fc200080fdda3224d3cf1b489ff956b939dd072",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_snapshot_not_emptied_4c8e5",
                            table="claims_snapshot",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="articlerevision",
                    trigger=pgtrigger.compiler.Trigger(
                        name="revision_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="aa372909a9f2e876d574e753c1c312f79759861e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_revision_append_only_64894",
                            table="claims_articlerevision",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="articlerevision",
                    trigger=pgtrigger.compiler.Trigger(
                        name="revision_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: revision rows are append-only'; END IF; RETURN NULL;",
                            hash="ae13ed7f2ce7ce1e36d5875cddceea5321349e01",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_revision_not_emptied_f89ab",
                            table="claims_articlerevision",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="claimevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="event_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="2b201f9dd4665c91686507596e3e272a9a0a01ba",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_event_append_only_0957e",
                            table="claims_claimevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="claimevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="event_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: event rows are append-only'; END IF; RETURN NULL;",
                            hash="9c5f7cd404a289cf5cfe4f6b9e006262e5aa690a",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_event_not_emptied_9cbf6",
                            table="claims_claimevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="claimevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="event_follows",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            declare="DECLARE before bigint;",
                            func="\nIF pg_snapshot_xmax(pg_current_snapshot())::text::bigint > NEW.tx THEN\n  SELECT event.tx INTO before FROM claims_claimevent event\n   WHERE event.claim_id = NEW.claim_id AND event.seq < NEW.seq ORDER BY event.seq DESC LIMIT 1;\n  IF before > NEW.tx THEN NEW.tx := before; END IF;\nEND IF;\nRETURN NEW;\n",
                            hash="5ffd50dc5087323da3a1be9ab1ac52d86ef309fa",
                            operation="INSERT",
                            pgid="pgtrigger_event_follows_e2160",
                            table="claims_claimevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="decision",
                    trigger=pgtrigger.compiler.Trigger(
                        name="decision_not_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="40f3e1eab4bce671897a9bff56ac00afd9c7bb52",
                            operation="DELETE",
                            pgid="pgtrigger_decision_not_deleted_e74a8",
                            table="claims_decision",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="decision",
                    trigger=pgtrigger.compiler.Trigger(
                        name="decision_words_kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."claim_id" IS DISTINCT FROM (NEW."claim_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."said" IS DISTINCT FROM (NEW."said") OR OLD."so" IS DISTINCT FROM (NEW."so") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."why" IS DISTINCT FROM (NEW."why") OR OLD."exception_reason" IS DISTINCT FROM (NEW."exception_reason") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."recorded_at" IS DISTINCT FROM (NEW."recorded_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="429ad206b763996f882224c93a92697e6c4bdbb0",
                            operation="UPDATE",
                            pgid="pgtrigger_decision_words_kept_7d9e9",
                            table="claims_decision",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="decision",
                    trigger=pgtrigger.compiler.Trigger(
                        name="decision_publication_kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\nIF TG_OP = 'INSERT' THEN\n    IF NEW.published_at IS NOT NULL THEN\n        RAISE EXCEPTION 'claimdesk: a decision is written first and published then';\n    END IF;\nELSIF OLD.published_at IS NULL THEN\n    IF NEW.published_at IS NOT NULL AND NOT NEW.standing THEN\n        RAISE EXCEPTION 'claimdesk: only the standing decision is published';\n    END IF;\nELSIF (NEW.published_at, NEW.correction_class, NEW.correction_note)\n      IS DISTINCT FROM (OLD.published_at, OLD.correction_class, OLD.correction_note)\n      OR (OLD.replaced_at IS NOT NULL AND NEW.replaced_at IS DISTINCT FROM OLD.replaced_at)\n      OR (OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_note)\n          IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_note)) THEN\n    RAISE EXCEPTION 'claimdesk: what was published stays as it was told';\nEND IF;\nRETURN NEW;\n",
                            hash="b9b43d9b9e796c68d5793a9f4bdbed89a524a23e",
                            operation="INSERT OR UPDATE",
                            pgid="pgtrigger_decision_publication_kept_acb08",
                            table="claims_decision",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="keyevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="keyevent_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="f9f057055deb4b1921060e5a9eba3c2e23f5dc92",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_keyevent_append_only_b35a6",
                            table="claims_keyevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="keyevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="keyevent_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: keyevent rows are append-only'; END IF; RETURN NULL;",
                            hash="2a346471fccbb2dc7bcd3cb4800891011cbe680d",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_keyevent_not_emptied_946af",
                            table="claims_keyevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="publication",
                    trigger=pgtrigger.compiler.Trigger(
                        name="publication_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="ef81d6836d16450e4b48dd0957433a6764b8e669",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_publication_append_only_75475",
                            table="claims_publication",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="publication",
                    trigger=pgtrigger.compiler.Trigger(
                        name="publication_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: publication rows are append-only'; END IF; RETURN NULL;",
                            hash="5024a36c26d593ffb7da5ff41fcf9c759be9de66",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_publication_not_emptied_fa660",
                            table="claims_publication",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="revisedpassage",
                    trigger=pgtrigger.compiler.Trigger(
                        name="passage_kept",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."noted_at" IS NOT NULL OR OLD."appearance_id" IS DISTINCT FROM (NEW."appearance_id") OR OLD."revision_id" IS DISTINCT FROM (NEW."revision_id") OR OLD."fate" IS DISTINCT FROM (NEW."fate") OR OLD."before_start" IS DISTINCT FROM (NEW."before_start") OR OLD."before_end" IS DISTINCT FROM (NEW."before_end") OR OLD."after_start" IS DISTINCT FROM (NEW."after_start") OR OLD."after_end" IS DISTINCT FROM (NEW."after_end") OR OLD."found_at" IS DISTINCT FROM (NEW."found_at"))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="31c0550d84059d413ee38a844677c1171d39ae4e",
                            operation="UPDATE",
                            pgid="pgtrigger_passage_kept_cac2d",
                            table="claims_revisedpassage",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="revisedpassage",
                    trigger=pgtrigger.compiler.Trigger(
                        name="passage_not_deleted",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="a5ef713d1255204c1511f7fe08be7e7ede42152e",
                            operation="DELETE",
                            pgid="pgtrigger_passage_not_deleted_69874",
                            table="claims_revisedpassage",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="timestamp",
                    trigger=pgtrigger.compiler.Trigger(
                        name="timestamp_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="638ca39be06e8f6776912fa607c519abbcbe3a7e",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_timestamp_append_only_95b86",
                            table="claims_timestamp",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="timestamp",
                    trigger=pgtrigger.compiler.Trigger(
                        name="timestamp_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: timestamp rows are append-only'; END IF; RETURN NULL;",
                            hash="b40611bcb5f310319c0c9f4a5bc7c22036bf8272",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_timestamp_not_emptied_e52e8",
                            table="claims_timestamp",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="evidence",
                    trigger=pgtrigger.compiler.Trigger(
                        name="evidence_kept_as_used",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."used_at" IS NOT NULL AND ((OLD."snapshot_id" IS NOT NULL AND OLD."snapshot_id" IS DISTINCT FROM (NEW."snapshot_id")) OR OLD."claim_id" IS DISTINCT FROM (NEW."claim_id") OR OLD."question" IS DISTINCT FROM (NEW."question") OR OLD."stance" IS DISTINCT FROM (NEW."stance") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."url" IS DISTINCT FROM (NEW."url") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."note" IS DISTINCT FROM (NEW."note") OR OLD."primary" IS DISTINCT FROM (NEW."primary") OR OLD."why_secondary" IS DISTINCT FROM (NEW."why_secondary") OR OLD."derives_from_id" IS DISTINCT FROM (NEW."derives_from_id") OR OLD."credibility" IS DISTINCT FROM (NEW."credibility") OR OLD."visibility" IS DISTINCT FROM (NEW."visibility") OR OLD."file_name" IS DISTINCT FROM (NEW."file_name") OR OLD."added_by" IS DISTINCT FROM (NEW."added_by") OR OLD."added_by_user_id" IS DISTINCT FROM (NEW."added_by_user_id") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."used_at" IS DISTINCT FROM (NEW."used_at") OR OLD."version" IS DISTINCT FROM (NEW."version")))',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                            hash="674040e13713136664c6de2b989ac3f27a37e68c",
                            operation="UPDATE",
                            pgid="pgtrigger_evidence_kept_as_used_011d9",
                            table="claims_evidence",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="evidence",
                    trigger=pgtrigger.compiler.Trigger(
                        name="evidence_kept_once_used",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            condition='WHEN (OLD."used_at" IS NOT NULL)',
                            func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                            hash="612958b998e751bd11c125ecd926779ceadc3cf0",
                            operation="DELETE",
                            pgid="pgtrigger_evidence_kept_once_used_40a58",
                            table="claims_evidence",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="copy",
                    trigger=pgtrigger.compiler.Trigger(
                        name="copy_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="44e7dfbba9cb1b89b23dd1862ff748e2142624c1",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_copy_append_only_2a23b",
                            table="claims_copy",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="copy",
                    trigger=pgtrigger.compiler.Trigger(
                        name="copy_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: copy rows are append-only'; END IF; RETURN NULL;",
                            hash="ccc568dda6cd9faa15a1008f8ebbca61ea7b6b94",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_copy_not_emptied_05e45",
                            table="claims_copy",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="setupevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="setupevent_append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                            hash="541142d8ab90b7180dd3c95cd4c99306255c01b9",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_setupevent_append_only_71e44",
                            table="claims_setupevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="setupevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="setupevent_not_emptied",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="IF current_setting('claimdesk.may_truncate', true) IS DISTINCT FROM 'on' THEN RAISE EXCEPTION 'claimdesk: setupevent rows are append-only'; END IF; RETURN NULL;",
                            hash="a357ac5ec4311d27d0f0d235b5181e3f2931bf9a",
                            level="STATEMENT",
                            operation="TRUNCATE",
                            pgid="pgtrigger_setupevent_not_emptied_565fb",
                            table="claims_setupevent",
                            when="BEFORE",
                        ),
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            sql="ALTER TABLE claims_alarm SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)",
            reverse_sql="ALTER TABLE claims_alarm RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor, autovacuum_analyze_threshold)",
        ),
        migrations.RunSQL(
            sql="ALTER TABLE claims_claimhead SET (fillfactor = 70)",
            reverse_sql="ALTER TABLE claims_claimhead RESET (fillfactor)",
        ),
    ]
