import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("claims", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[("review", "review"), ("adjudication", "adjudication")],
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
            ],
            options={
                "verbose_name": "assignment",
                "ordering": ("-assigned_at", "-id"),
            },
        ),
        migrations.CreateModel(
            name="Reviewer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            ],
            options={
                "verbose_name": "reviewer",
                "ordering": ("user__first_name", "user__last_name", "id"),
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            ],
            options={
                "verbose_name": "review",
                "ordering": ("submitted_at", "id"),
            },
        ),
        migrations.CreateModel(
            name="Interest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what the interest is")),
                ("declared_at", models.DateTimeField(auto_now_add=True, verbose_name="declared")),
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
            },
        ),
        migrations.AddField(
            model_name="assignment",
            name="reviewer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assignments",
                to="reviews.reviewer",
                verbose_name="reviewer",
            ),
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
            ],
            options={
                "verbose_name": "absence",
                "ordering": ("starts_at",),
            },
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.CheckConstraint(condition=models.Q(("limit__gte", 1)), name="reviewer_limit_positive"),
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
        migrations.AddConstraint(
            model_name="interest",
            constraint=models.UniqueConstraint(fields=("reviewer", "source"), name="interest_once"),
        ),
        migrations.AddIndex(
            model_name="assignment",
            index=models.Index(
                condition=models.Q(("status", "open")), fields=["reviewer", "claim"], name="assignment_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["completed", "open"])),
                fields=("claim", "round", "reviewer"),
                name="assignment_person_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="assignment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["completed", "open"])),
                fields=("claim", "round", "part", "seat"),
                name="assignment_seat_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="absence",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="absence_ends_after_start"
            ),
        ),
    ]
