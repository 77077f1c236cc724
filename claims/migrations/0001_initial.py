import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import claims.models.event
import claims.models.zone


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("published_raw", models.CharField(blank=True, max_length=120, verbose_name="published, as written")),
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
            ],
            options={
                "verbose_name": "article",
                "ordering": ("-published_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("selection_reason", models.CharField(blank=True, max_length=300, verbose_name="why it was selected")),
                ("round", models.PositiveIntegerField(default=1, verbose_name="round of review")),
                ("review_due_at", models.DateTimeField(blank=True, null=True, verbose_name="review due")),
                ("first_review_due_at", models.DateTimeField(blank=True, null=True, verbose_name="first review due")),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="accepted")),
                ("confirm_from", models.DateTimeField(blank=True, null=True, verbose_name="its own date, from")),
                ("confirm_by", models.DateTimeField(blank=True, null=True, verbose_name="its own date")),
                ("confirm_words", models.CharField(blank=True, max_length=200, verbose_name="words of its own date")),
                (
                    "confirm_precision",
                    models.CharField(
                        blank=True,
                        choices=[("minute", "minute"), ("day", "day"), ("week", "week"), ("month", "month")],
                        max_length=6,
                        verbose_name="precision",
                    ),
                ),
                ("confirm_zone", models.CharField(blank=True, max_length=64, verbose_name="time zone of its own date")),
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
                ("confirm_counted_from", models.DateTimeField(blank=True, null=True, verbose_name="counted from")),
                ("confirm_read_by", models.CharField(blank=True, max_length=200, verbose_name="who read the date")),
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
                ("dismissal_note", models.CharField(blank=True, max_length=300, verbose_name="about the dismissal")),
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
            ],
            options={
                "verbose_name": "claim",
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="loop")),
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                        blank=True, max_length=64, validators=[claims.models.zone.valid_zone], verbose_name="time zone"
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
            ],
            options={
                "verbose_name": "source",
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
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
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
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
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
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
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            ],
            options={
                "verbose_name": "API key",
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="ArticleRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            },
        ),
        migrations.CreateModel(
            name="Appearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="likelihood from, percent"),
                ),
                (
                    "hedge_high",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="likelihood to, percent"),
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
            ],
            options={
                "verbose_name": "appearance",
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="ChainStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            ],
            options={
                "verbose_name": "step of the chain",
                "ordering": ("appearance_id", "order"),
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
        migrations.AddField(
            model_name="claim",
            name="made_by_key",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims_made",
                to="claims.apikey",
                verbose_name="sent by",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="made_by_user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims_made",
                to=settings.AUTH_USER_MODEL,
                verbose_name="entered by",
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="split_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="claims.claim",
                verbose_name="split from",
            ),
        ),
        migrations.AddField(
            model_name="appearance",
            name="claim",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="appearances",
                to="claims.claim",
                verbose_name="claim",
            ),
        ),
        migrations.CreateModel(
            name="Alarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("late", "Late"),
                            ("due_soon", "Due soon"),
                            ("date_passed", "Date passed, unconfirmed"),
                            ("date_near", "Its date is near"),
                            ("wait_over", "Wait is over"),
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
            },
        ),
        migrations.CreateModel(
            name="ClaimEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            },
        ),
        migrations.CreateModel(
            name="Desk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="claim",
            name="desk",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="claims",
                to="claims.desk",
                verbose_name="desk",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="desk",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="claims.desk",
                verbose_name="desk",
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="desks",
            field=models.ManyToManyField(
                blank=True, help_text="No desk means every desk.", to="claims.desk", verbose_name="desks"
            ),
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "question",
                    models.CharField(
                        choices=[("said", "Was it said?"), ("so", "Is it so?")], max_length=4, verbose_name="bears on"
                    ),
                ),
                (
                    "stance",
                    models.CharField(
                        choices=[("supports", "Supports"), ("contradicts", "Contradicts"), ("context", "Context")],
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
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="first used by a verdict")),
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
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
                "ordering": ("added_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                    models.CharField(blank=True, max_length=300, verbose_name="why fewer origins were accepted"),
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
                ("evidence", models.ManyToManyField(blank=True, related_name="decisions", to="claims.evidence")),
            ],
            options={
                "verbose_name": "decision",
                "ordering": ("claim_id", "number"),
            },
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("late", "Late"),
                            ("due_soon", "Due soon"),
                            ("split", "Reviewers disagree"),
                            ("date_passed", "Date passed, unconfirmed"),
                            ("unroutable", "Nobody can take this"),
                            ("date_near", "Its date is near"),
                        ],
                        max_length=12,
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
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("reviewer", "reviewer"), ("editor", "editor")], max_length=12, verbose_name="role"
                    ),
                ),
                ("can_triage", models.BooleanField(default=False, verbose_name="may triage proposed claims")),
                (
                    "desk",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="claims.desk"
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
            },
        ),
        migrations.CreateModel(
            name="RepeatableCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("caller", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=255)),
                ("fingerprint", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField()),
                ("headers", models.JSONField(default=dict)),
                ("body", models.JSONField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "repeatable call",
                "indexes": [models.Index(fields=["created_at"], name="repeatable_call_age")],
                "constraints": [models.UniqueConstraint(fields=("caller", "key"), name="repeatable_call_once")],
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
        migrations.AddField(
            model_name="source",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="claims.source",
                verbose_name="belongs to",
            ),
        ),
        migrations.AddField(
            model_name="chainstep",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="claims.source",
                verbose_name="source",
            ),
        ),
        migrations.AddField(
            model_name="article",
            name="outlet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="articles",
                to="claims.source",
                verbose_name="outlet",
            ),
        ),
        migrations.AddConstraint(
            model_name="articlerevision",
            constraint=models.UniqueConstraint(fields=("article", "number"), name="revision_number_once"),
        ),
        migrations.AddConstraint(
            model_name="articlerevision",
            constraint=models.UniqueConstraint(fields=("article", "sha256"), name="revision_text_once"),
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
        migrations.AddConstraint(
            model_name="appearance",
            constraint=models.UniqueConstraint(fields=("claim", "revision", "start", "end"), name="appearance_once"),
        ),
        migrations.AddConstraint(
            model_name="appearance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_first", True)), fields=("claim",), name="appearance_first_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="appearance",
            constraint=models.CheckConstraint(
                condition=models.Q(("end__gt", models.F("start"))), name="appearance_span"
            ),
        ),
        migrations.AddConstraint(
            model_name="appearance",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(condition=models.Q(("set_aside", False)), fields=["wake_at", "id"], name="alarm_next"),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.UniqueConstraint(fields=("claim", "kind"), name="alarm_once"),
        ),
        migrations.AddIndex(
            model_name="claimevent",
            index=models.Index(fields=["tx", "id"], name="event_feed"),
        ),
        migrations.AddIndex(
            model_name="claimevent",
            index=models.Index(fields=["-recorded_at", "-id"], name="event_latest"),
        ),
        migrations.AddConstraint(
            model_name="claimevent",
            constraint=models.UniqueConstraint(fields=("claim", "seq"), name="event_seq_once"),
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
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["state", "review_due_at", "id"], name="claim_due"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["desk", "state"], name="claim_desk_state"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["confirm_by", "id"], name="claim_own_date"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["updated_at", "id"], name="claim_updated"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(fields=["first_review_due_at"], name="claim_first_due"),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search"], name="claim_search"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["proposed", "queued", "in_review", "waiting", "second_opinion", "decided", "dismissed"],
                    )
                ),
                name="claim_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(condition=models.Q(("priority__range", (1, 4))), name="claim_priority"),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(("statement", ""), _negated=True), name="claim_statement"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["dismissed", "proposed"]),
                    models.Q(("accepted_at__isnull", False), ("desk__isnull", False), ("review_due_at__isnull", False)),
                    _connector="OR",
                ),
                name="claim_accepted_has_desk_and_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
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
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dismissed"), models.Q(("dismissal_reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "dismissed"), _negated=True), ("dismissal_reason", "")),
                    _connector="OR",
                ),
                name="claim_dismissed_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(condition=models.Q(("standing", True)), fields=["decided_at"], name="decision_latest"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(fields=("claim", "number"), name="decision_number_once"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.UniqueConstraint(
                condition=models.Q(("standing", True)), fields=("claim",), name="decision_standing_once"
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
                    condition='WHEN (OLD."claim_id" IS DISTINCT FROM (NEW."claim_id") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."said" IS DISTINCT FROM (NEW."said") OR OLD."so" IS DISTINCT FROM (NEW."so") OR OLD."outcome" IS DISTINCT FROM (NEW."outcome") OR OLD."why" IS DISTINCT FROM (NEW."why") OR OLD."decided_at" IS DISTINCT FROM (NEW."decided_at") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="2e0e0e814e7d6dc6b7b2229ba6586ae31f34f66a",
                    operation="UPDATE",
                    pgid="pgtrigger_decision_words_kept_7d9e9",
                    table="claims_decision",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(("cleared_at__isnull", True)), fields=["kind", "-raised_at"], name="flag_standing"
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(fields=("claim", "kind", "moment"), name="flag_once"),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["date_near", "date_passed", "due_soon", "late"]), _negated=True),
                    ("raised_at__gt", models.F("moment")),
                    _connector="OR",
                ),
                name="flag_not_early",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "desk", "role"), name="membership_once"),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "link"), models.Q(("url", ""), _negated=True)),
                    models.Q(("kind", "file"), ("snapshot__isnull", False)),
                    models.Q(("kind", "note"), models.Q(("note", ""), _negated=True)),
                    _connector="OR",
                ),
                name="evidence_has_its_content",
            ),
        ),
        migrations.AddConstraint(
            model_name="evidence",
            constraint=models.CheckConstraint(
                condition=models.Q(("credibility__isnull", True), ("credibility__range", (1, 6)), _connector="OR"),
                name="evidence_cred",
            ),
        ),
        migrations.AddIndex(
            model_name="source",
            index=models.Index(django.db.models.functions.text.Lower("name"), name="source_name_lower"),
        ),
        migrations.AddIndex(
            model_name="source",
            index=django.contrib.postgres.indexes.GinIndex(fields=["aliases"], name="source_aliases"),
        ),
        migrations.AddConstraint(
            model_name="source",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("name"),
                condition=models.Q(("kind", "outlet")),
                name="source_outlet_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="chainstep",
            constraint=models.UniqueConstraint(fields=("appearance", "order"), name="chain_order_once"),
        ),
        migrations.AddConstraint(
            model_name="chainstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__isnull", False), models.Q(("note", ""), _negated=True), _connector="OR"),
                name="chain_step_says_something",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["-published_at", "-id"], name="article_published"),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("canonical_url", ""), _negated=True),
                fields=("canonical_url",),
                name="article_url_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.UniqueConstraint(
                condition=models.Q(("canonical_url", "")),
                fields=("outlet", "headline", "published_at"),
                name="article_without_link_once",
            ),
        ),
    ]
